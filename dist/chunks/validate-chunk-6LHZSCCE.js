export{m5_a as a,m5_b as b,m5_c as c,m5_d as d,m5_e as e,m5_f as f}from"../validate.js";
