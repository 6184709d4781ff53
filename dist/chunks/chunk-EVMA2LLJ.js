const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{g as o}from"./chunk-OEAAMZZK.js";function t(){process.stderr.on("error",()=>{}),process.stdout.on("error",e=>{e.code!=="EPIPE"&&(process.stderr.write(`error: standard output cannot be written: ${e.message}
`),process.once("exit",()=>{process.exitCode=process.exitCode===o.passed?o.notReady:process.exitCode}))})}function a(e){t(),e().then(r=>s(r),r=>s(i(r)))}var n=300;function s(e){process.exitCode=e,setTimeout(()=>process.exit(),n).unref()}function i(e){let r=e instanceof Error?e.message:String(e);return process.stderr.write(`orch-run: this is a bug of ours: ${r}
  help: run again with ORCH_DEBUG=1 and report what it prints
`),process.env.ORCH_DEBUG==="1"&&e instanceof Error&&process.stderr.write(`${e.stack??""}
`),o.bug}export{a};
