export{m4_a as a,m4_b as b,m4_c as c,m4_d as d,m4_e as e,m4_f as f}from"../validate.js";
