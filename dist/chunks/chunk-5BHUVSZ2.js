const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
var e=class extends Error{name="PortError";code;subject;constructor(r,n,t){super(t),this.code=r,this.subject=n}};export{e as a};
