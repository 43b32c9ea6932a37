const h = (tag, props, ...children) => `<${tag}>${children.join('')}</${tag}>`;

/** @jsx h */
export const greet = (name, season) => <b>hello <i>{name}</i>, it is {season.toLowerCase()}</b>;
