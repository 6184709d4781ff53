export{m3_a as a,m3_b as b,m3_c as c,m3_d as d,m3_e as e,m3_f as f,m3_g as g,m3_h as h,m3_i as i,m3_j as j,m3_k as k}from"../validate.js";
