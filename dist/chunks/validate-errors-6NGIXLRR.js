const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a,b,c,d,e}from"./validate-chunk-YRYG3DYK.js";import"./validate-chunk-W7CWJ4QB.js";export{c as ErrorType,d as ExpressionError,e as ExpressionEvaluationError,b as MAX_EXPRESSION_LENGTH,a as MAX_PARSER_DEPTH};
