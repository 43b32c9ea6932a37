//! The guest: a plug-in that keeps a small inventory.
//!
//! It is compiled to a WebAssembly *reactor*, a library without a `main`. What the host may call
//! stands in `exports`, what the guest calls in the host stands in `host`, and everything between
//! is ordinary safe Rust that knows nothing of WebAssembly.
//!
//! Layouts that both sides touch are `repr(C)` and made of fixed-width integers and floats. A
//! pointer is a 32-bit offset into this module's linear memory; the host sees the same bytes.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// One article, as it lies in memory for both sides: 24 bytes, no padding inside.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Article {
    pub id: u32,
    pub count: u32,
    pub price: f64,
    pub flags: u16,
    pub shelf: u16,
    pub reserved: u32,
}

const FRAGILE: u16 = 1;

/// The plug-in's settings. The host gets their address and changes them in place.
#[repr(C)]
#[derive(Clone, Copy)]
struct Settings {
    version: u32,
    discount_percent: u32,
}

static mut SETTINGS: Settings = Settings {
    version: 1,
    discount_percent: 0,
};

thread_local! {
    static STOCK: RefCell<BTreeMap<u32, Article>> = RefCell::new(BTreeMap::new());
}

/// The price of one article after the discount that the settings hold at this moment.
fn final_price(article: &Article, discount_percent: u32) -> f64 {
    article.price * f64::from(100 - discount_percent.min(100)) / 100.0
}

/// A greeting for each word, in order: strings in, a string out.
fn greet(names: &str) -> String {
    let greetings: Vec<String> = names
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .map(|name| {
            let mut letters = name.chars();
            let first = letters.next().map(|c| c.to_uppercase().to_string());
            format!("hello {}{}", first.unwrap_or_default(), letters.as_str())
        })
        .collect();
    greetings.join("; ")
}

/// What the host offers. The functions of the module `plugin` are imports of this one.
mod host {
    mod raw {
        #[link(wasm_import_module = "plugin")]
        extern "C" {
            pub fn log(text: *const u8, length: usize);
            pub fn next_ticket() -> u32;
            pub fn rate(currency: u32) -> f64;
        }
    }

    pub fn log(text: &str) {
        // The host reads exactly these bytes during the call and keeps no pointer.
        unsafe { raw::log(text.as_ptr(), text.len()) }
    }

    pub fn next_ticket() -> u32 {
        unsafe { raw::next_ticket() }
    }

    pub fn rate(currency: [u8; 4]) -> f64 {
        unsafe { raw::rate(u32::from_le_bytes(currency)) }
    }
}

/// What the host may call. All of the unsafe code for pointers from outside is here.
mod exports {
    use super::*;
    use std::alloc::{alloc, dealloc, Layout};

    fn layout(size: usize) -> Option<Layout> {
        Layout::from_size_align(size, 8).ok().filter(|_| size > 0)
    }

    /// Memory for the host to write into; null if there is none.
    #[no_mangle]
    pub extern "C" fn plugin_alloc(size: usize) -> *mut u8 {
        layout(size).map_or(std::ptr::null_mut(), |layout| unsafe { alloc(layout) })
    }

    /// Gives back what `plugin_alloc` returned; the size must be the same.
    #[no_mangle]
    pub unsafe extern "C" fn plugin_free(address: *mut u8, size: usize) {
        if let (false, Some(layout)) = (address.is_null(), layout(size)) {
            dealloc(address, layout);
        }
    }

    /// Pattern one: numbers in, a number out.
    #[no_mangle]
    pub extern "C" fn gcd(mut a: u64, mut b: u64) -> u64 {
        while b != 0 {
            let rest = a % b;
            a = b;
            b = rest;
        }
        a
    }

    /// Pattern two: the guest calls back, three different functions of the host.
    #[no_mangle]
    pub extern "C" fn order(amount: u32) -> u32 {
        let mut last = 0;
        for part in 0..amount {
            last = host::next_ticket();
            host::log(&format!(
                "part {} of {} has ticket {}",
                part + 1,
                amount,
                last
            ));
        }
        host::log(&format!(
            "one crown is {:.2} cents",
            host::rate(*b"CZK\0") * 100.0
        ));
        last
    }

    /// Pattern three: a string of the host, and one of the guest in return. The result is a pair of
    /// address and length, stored where the host says; it belongs to the host, who frees it.
    #[no_mangle]
    pub unsafe extern "C" fn greet_all(
        result: *mut [u32; 2],
        text: *const u8,
        length: usize,
    ) -> i32 {
        let bytes = std::slice::from_raw_parts(text, length);
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => return -1,
        };
        let answer = greet(text);
        let address = plugin_alloc(answer.len());
        if address.is_null() {
            return -2;
        }
        std::ptr::copy_nonoverlapping(answer.as_ptr(), address, answer.len());
        *result = [address as u32, answer.len() as u32];
        0
    }

    /// Pattern four: an array of structs of the host's; kept, and each one marked in place.
    #[no_mangle]
    pub unsafe extern "C" fn store_articles(articles: *mut Article, count: usize) -> u32 {
        let articles = std::slice::from_raw_parts_mut(articles, count);
        STOCK.with(|stock| {
            let mut stock = stock.borrow_mut();
            for article in articles {
                article.shelf = (stock.len() as u16 + 1) * 10;
                if article.price > 100.0 {
                    article.flags |= FRAGILE;
                }
                stock.insert(article.id, *article);
            }
            stock.len() as u32
        })
    }

    /// Copies one article out to the host; false if there is none of that number.
    #[no_mangle]
    pub unsafe extern "C" fn find_article(id: u32, result: *mut Article) -> bool {
        STOCK.with(|stock| match stock.borrow().get(&id) {
            Some(article) => {
                *result = *article;
                true
            }
            None => false,
        })
    }

    /// Pattern five: the address of the guest's own state.
    #[no_mangle]
    pub extern "C" fn settings_address() -> *mut u8 {
        unsafe { std::ptr::addr_of_mut!(SETTINGS).cast() }
    }

    /// ... and the guest looks at what the host made of it: prints it, and uses it.
    #[no_mangle]
    pub extern "C" fn stock_value() -> f64 {
        // Read anew each time: the host may have written since.
        let settings = unsafe { std::ptr::read_volatile(std::ptr::addr_of!(SETTINGS)) };
        println!(
            "  guest: settings version {}, discount {} %",
            settings.version, settings.discount_percent
        );
        STOCK.with(|stock| {
            stock
                .borrow()
                .values()
                .map(|a| f64::from(a.count) * final_price(a, settings.discount_percent))
                .sum()
        })
    }
}
