export interface Article { name: string; price: number; count: number }

export class Inventory<T extends Article> {
    #items: T[] = [];

    get size(): number { return this.#items.length; }

    add(item: T): void { this.#items.push(item); }

    find(test: (item: T) => boolean): T | undefined { return this.#items.find(test); }

    total({ discount = 0 }: { discount?: number } = {}): number {
        const sum = this.#items.reduce((all, { price, count }) => all + price * count, 0);
        return sum * (1 - discount);
    }
}

export function unused(): never { throw new Error('tree shaking takes this away'); }
