//! Cycles among modules.

use std::collections::{BTreeMap, BTreeSet};

use crate::sources::Module;

/// Circles of modules that use each other, by way of others or not. No module is in two of them.
pub(crate) fn circles(uses: &BTreeMap<&Module, BTreeSet<Module>>) -> Vec<Vec<Module>> {
    let mut left: BTreeSet<&Module> = uses.keys().copied().collect();
    let mut circles = Vec::new();
    loop {
        // What uses nothing that is left is in no circle.
        let next = |module: &Module, left: &BTreeSet<&Module>| {
            let mut used = uses[module].iter();
            used.find(|used| left.contains(used)).cloned()
        };
        let before = left.len();
        let all = left.clone();
        left.retain(|module| next(module, &all).is_some());
        if left.len() < before {
            continue;
        }
        let Some(first) = left.first() else {
            return circles;
        };
        let mut way = vec![(*first).clone()];
        let start = loop {
            let Some(module) = way.last().and_then(|last| next(last, &left)) else {
                return circles;
            };
            match way.iter().position(|other| *other == module) {
                Some(start) => break start,
                None => way.push(module),
            }
        };
        let circle = way.split_off(start);
        left.retain(|module| !circle.contains(module));
        circles.push(circle);
    }
}
