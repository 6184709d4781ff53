export{m1_a as a,m1_b as b}from"../validate.js";
