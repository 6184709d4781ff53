export{m6_a as a,m6_b as b,m6_c as c,m6_d as d,m6_e as e}from"../validate.js";
