const require=(id)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(id);
import{a as f}from"./chunk-5BHUVSZ2.js";import{d as c}from"./chunk-3UQG5XBJ.js";async function u(e,t){return(await Promise.all([...await p(e,t),c(t.commonDir,"info","exclude")].map(s))).join(`
`);async function s(i){let r=await e.files.stat(i);return r===void 0||r.kind!=="file"&&r.kind!=="link"?"":e.files.read(i).catch(()=>"")}}function k(e){return`/${e.replace(/[\\*?[\]]/g,String.raw`\$&`).replace(/ $/,String.raw`\ `)}`}async function p(e,t){let s=["-c","orch-run.ignore=~/.config/git/ignore","config","-z","--type=path","--get-regexp",String.raw`^(core\.excludesfile|orch-run\.ignore)$`],r=(await e.git.run({args:s,cwd:t.root,env:{GIT_DIR:t.gitDir}})).stdout.toString("utf8").split("\0").map(o=>o.split(`
`)),d=new Map(r.map(([o="",...l])=>[o,l.join(`
`)])),a=d.get("core.excludesfile")??d.get("orch-run.ignore");return a===void 0||a===""?[]:[a]}var y={name:"orch-run",email:"orch-run@localhost"};async function g(e,t){let n=["config","-z","--get-regexp",String.raw`^user\.(name|email)$`],i=(await e.run({args:n,cwd:t.root,env:{GIT_DIR:t.gitDir}})).stdout.toString("utf8").split("\0").map(o=>o.split(`
`)),r=new Map(i.map(([o="",...l])=>[o.toLowerCase(),I(l.join(" "))])),d=r.get("user.name")??"",a=r.get("user.email")??"";return d===""||a===""?y:{name:d,email:a}}function E(e,t){let n=`@${Math.max(0,Math.floor(t))} +0000`;return{GIT_AUTHOR_NAME:e.name,GIT_AUTHOR_EMAIL:e.email,GIT_AUTHOR_DATE:n,GIT_COMMITTER_NAME:e.name,GIT_COMMITTER_EMAIL:e.email,GIT_COMMITTER_DATE:n}}function I(e){let t=e.replace(/[<>\u0000-\u001f]/g,"").trim();return/[^\s.,:;"'\\]/.test(t)?t:""}var w={GIT_CONFIG_NOSYSTEM:"1",GIT_CONFIG_GLOBAL:"/dev/null"},R=`* !text !eol !crlf !filter !ident !working-tree-encoding !merge !diff
`;async function D(e,t){let{files:n,git:s}=e,{folder:i,user:r}=t;await Promise.all(["refs","objects","info"].map(l=>n.makeFolder(c(i,l)))),await Promise.all([n.write(c(i,"HEAD"),`ref: refs/heads/none
`),n.write(c(i,"config"),h(r)),n.write(c(i,"info","attributes"),R)]);let d=T(e,t);d.catch(()=>{});let a=c(r.commonDir,"objects"),o=x(s,i,a);return{user:r,folder:i,objects:a,manners:d,tryAsk:o,ask:async(l,m)=>P(await o(l,m),l)}}async function T(e,{folder:t,user:n,ignored:s}){let{files:i,git:r}=e,[d,a,o]=await Promise.all([g(r,n),u(e,n),_(i,n)]),l=[a,...s,""].join(`
`);return await i.write(c(t,"info","exclude"),l),o!==void 0&&await i.write(c(t,"shallow"),o),{identity:d,ignores:l,shallow:o}}function x(e,t,n){let s={...w,GIT_DIR:t,GIT_OBJECT_DIRECTORY:n};return(i,r={})=>e.run({args:i,cwd:r.tree??t,env:{...s,...r.tree===void 0?{}:{GIT_WORK_TREE:r.tree},...r.index===void 0?{}:{GIT_INDEX_FILE:r.index},...r.env},...r.input===void 0?{}:{input:r.input}})}function P(e,t){if(e.exitCode===0)return e.stdout;let n=e.stderr.trim().split(`
`).at(-1)??"",s=`git ${t[0]??""}`;throw new f("EGIT",s,`\`${s}\` failed: ${n===""?`exit code ${e.exitCode}`:n}`)}async function _(e,t){let n=c(t.commonDir,"shallow");return await e.stat(n)===void 0?void 0:e.read(n)}function h(e){let t=e.objectFormat==="sha256";return`[core]
	repositoryFormatVersion = ${t?1:0}
	bare = true
	fileMode = true
	symlinks = true
	ignoreCase = false
	autocrlf = false
	hooksPath = /dev/null
	fsmonitor = false
	untrackedCache = false
	splitIndex = false
	attributesFile = /dev/null
	excludesFile = /dev/null
	quotePath = false
	trustctime = true
	fsync = committed
	logAllRefUpdates = false
[index]
	version = 2
[checkout]
	workers = 0
[gc]
	auto = 0
[maintenance]
	auto = false
[commit]
	gpgSign = false
[merge]
	directoryRenames = false
[submodule]
	recurse = false
[protocol]
	allow = never
${t?`[extensions]
	objectFormat = sha256
`:""}`}export{g as a,E as b,k as c,R as d,D as e,P as f};
