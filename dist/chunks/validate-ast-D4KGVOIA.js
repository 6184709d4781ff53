const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a,b,c,d,e,f,g,h,i,j}from"./validate-chunk-HYNWEUIX.js";export{e as Binary,h as ContextAccess,a as Expr,d as FunctionCall,g as Grouping,i as IndexAccess,b as Literal,f as Logical,j as Star,c as Unary};
