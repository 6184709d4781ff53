const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a,b,c,d,e}from"./chunk-B3OYVBED.js";import"./chunk-K2PDO47R.js";export{c as ErrorType,d as ExpressionError,e as ExpressionEvaluationError,b as MAX_EXPRESSION_LENGTH,a as MAX_PARSER_DEPTH};
