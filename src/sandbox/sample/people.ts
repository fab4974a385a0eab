/** The people of the sample world. All invented; domains end in .test and .example, but for one free-mail address. */
export const ann = { name: 'Ann Archer', address: 'ann@contoso.test' };
export const ben = { name: 'Ben Okafor', address: 'ben@contoso.test' };
export const carla = { name: 'Carla Weiss', address: 'carla@contoso.test' };
export const emi = { name: 'Emi Tanaka', address: 'emi@contoso.test' };
export const marcus = { name: 'Marcus Bell', address: 'marcus@contoso.test' };
export const lin = { name: 'Lin Zhao', address: 'lin@contoso.test' };
export const fiona = { name: 'Fiona Grant', address: 'fiona@contoso.test' };

export const dana = { name: 'Dana Reyes', address: 'dana.reyes@acme.example' };
export const tom = { name: 'Tom Fuller', address: 'tom.fuller@acme.example' };
export const juergen = { name: 'Jürgen Krause', address: 'juergen.krause@nordwind-logistik.example' };
export const sabine = { name: 'Sabine Thoma', address: 'sabine.thoma@nordwind-logistik.example' };
export const keiko = { name: '星野 恵子', address: 'keiko.hoshino@hoshino-seimitsu.example' };
export const marta = { name: 'Marta Lind', address: 'martalind.example@gmail.com' };
export const kwame = { name: 'Kwame Osei', address: 'kwame@osei-consulting.example' };
export const elena = { name: 'Elena Rossi', address: 'elena.rossi@brightwater.example' };
export const cfo = { name: 'Clara Novak', address: 'cfo@contoso.test' };
