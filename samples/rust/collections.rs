//! Collections, strings, iterators, traits and formatting of Rust's standard library.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::fmt;
use std::rc::{Rc, Weak};
use std::time::{Duration, Instant};

/// A polynomial with integer coefficients, lowest first.
#[derive(Clone, PartialEq)]
struct Polynomial(Vec<i64>);

impl Polynomial {
    fn eval(&self, x: i64) -> Option<i64> {
        self.0
            .iter()
            .rev()
            .try_fold(0i64, |sum, &c| sum.checked_mul(x)?.checked_add(c))
    }
}

impl std::ops::Mul for &Polynomial {
    type Output = Polynomial;
    fn mul(self, other: &Polynomial) -> Polynomial {
        let mut product = vec![0; self.0.len() + other.0.len() - 1];
        for (i, a) in self.0.iter().enumerate() {
            for (j, b) in other.0.iter().enumerate() {
                product[i + j] += a * b;
            }
        }
        Polynomial(product)
    }
}

impl fmt::Display for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let terms: Vec<String> = self
            .0
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, &c)| c != 0)
            .map(|(power, c)| match power {
                0 => format!("{}", c),
                1 => format!("{}x", c),
                _ => format!("{}x^{}", c, power),
            })
            .collect();
        write!(f, "{}", terms.join(" + "))
    }
}

/// A tree that knows its parents without owning them.
struct Node {
    name: &'static str,
    parent: Option<Weak<Node>>,
}

fn path(node: &Node) -> String {
    match node.parent.as_ref().and_then(Weak::upgrade) {
        Some(parent) => format!("{}/{}", path(&parent), node.name),
        None => node.name.to_string(),
    }
}

/// The shape of an area, through a trait object.
trait Shape {
    fn area(&self) -> f64;
}

struct Circle(f64);
struct Rectangle(f64, f64);

impl Shape for Circle {
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.0 * self.0
    }
}

impl Shape for Rectangle {
    fn area(&self) -> f64 {
        self.0 * self.1
    }
}

fn main() {
    // A hash map is seeded at random, so its order is sorted away before printing.
    let text = "the quick brown fox jumps over the lazy dog while the other dog sleeps";
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for word in text.split_whitespace() {
        *counts.entry(word).or_default() += 1;
    }
    let mut sorted: Vec<_> = counts.iter().filter(|(_, &n)| n > 1).collect();
    sorted.sort();
    println!("repeated: {:?}", sorted);

    let letters: BTreeSet<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    println!(
        "letters: {} ({})",
        letters.len(),
        letters.iter().collect::<String>()
    );

    // A big map, so that it grows many times, and half of it taken out again.
    let mut numbers: HashMap<u64, u64> = (0..50_000u64).map(|n| (n * n, n)).collect();
    numbers.retain(|_, n| *n % 2 == 0);
    let sum: u64 = numbers.values().sum();
    println!("squares: {} kept, sum of roots {}", numbers.len(), sum);

    let mut heap = BinaryHeap::new();
    let mut state = 12345u32;
    for _ in 0..1000 {
        state = state.wrapping_mul(1664525).wrapping_add(1013904223);
        heap.push(state >> 8);
        if heap.len() > 5 {
            heap.pop();
        }
    }
    println!("five smallest: {:?}", heap.into_sorted_vec());

    let mut ring: VecDeque<i32> = (1..=7).collect();
    ring.rotate_left(3);
    ring.push_front(0);
    println!("ring: {:?}, back {:?}", ring, ring.back());

    let list: LinkedList<_> = ["a", "b", "c"].iter().rev().collect();
    println!("list: {:?}", list);

    let index: BTreeMap<usize, Vec<&str>> =
        text.split(' ').fold(BTreeMap::new(), |mut map, word| {
            map.entry(word.len()).or_insert_with(Vec::new).push(word);
            map
        });
    println!("by length: {:?}", index.range(5..).collect::<Vec<_>>());

    let common: HashSet<i32> = (0..20).filter(|n| n % 3 == 0).collect();
    let mut both: Vec<_> = common
        .intersection(&(0..20).step_by(2).collect())
        .copied()
        .collect();
    both.sort_unstable();
    println!("both: {:?}", both);

    let p = Polynomial(vec![1, 3, 3, 1]);
    let square = &p * &p;
    println!(
        "({})^2 = {}; at 2: {:?}, at 10^6: {:?}",
        p,
        square,
        square.eval(2),
        square.eval(1_000_000)
    );

    let root = Rc::new(Node {
        name: "root",
        parent: None,
    });
    let branch = Rc::new(Node {
        name: "branch",
        parent: Some(Rc::downgrade(&root)),
    });
    let leaf = Node {
        name: "leaf",
        parent: Some(Rc::downgrade(&branch)),
    };
    println!(
        "{} ({} strong, {} weak)",
        path(&leaf),
        Rc::strong_count(&branch),
        Rc::weak_count(&branch)
    );

    let shapes: Vec<Box<dyn Shape>> = vec![Box::new(Circle(1.5)), Box::new(Rectangle(2.0, 3.25))];
    println!("area: {:.6}", shapes.iter().map(|s| s.area()).sum::<f64>());

    println!(
        "unicode: {} {:?}",
        "Straße, Ελλάδα".to_uppercase(),
        "naïve ☃".char_indices().last()
    );
    println!(
        "parse: {:?} {:?} {:?}",
        "42".parse::<u8>(),
        "256".parse::<u8>().is_err(),
        "1e-3".parse::<f64>()
    );
    println!(
        "floats: {} {:e} {:?} {}",
        0.1 + 0.2,
        1234.5f32,
        f64::NAN.max(1.0),
        f64::MAX
    );
    println!("wide: {}", (u128::MAX / 1_000_000_007) % 998_244_353);

    let begin = Instant::now();
    std::thread::sleep(Duration::from_millis(20));
    println!("slept: {}", begin.elapsed() >= Duration::from_millis(20));
}
