import { Inventory, type Article } from './inventory';
import catalogue from './catalogue.json';
import { greet } from './greet.jsx';

enum Season { Spring = 1, Summer, Autumn, Winter }

const inventory = new Inventory<Article>();
for (const article of catalogue.articles) inventory.add(article);

const total = inventory.total({ discount: 0.2 });
console.log(greet('host', Season[Season.Autumn]), `${inventory.size} articles`, total.toFixed(2));
console.log(inventory.find((a) => a.name.startsWith('l'))?.name ?? 'nothing');
