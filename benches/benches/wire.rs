//! JSON in and out, against the typed call of the same work, and that against its bare cryptography. With the allocations
//! of the first two.

use allocation_counter::measure;
use kms_reencrypt_benches::calls::calls;
use kms_reencrypt_benches::ratio::{Ratios, Row, Target, criterion};

/// The most allocations that JSON in and out may take.
const MOST_ALLOCATIONS: f64 = 8.0;

fn main() {
    let mut criterion = criterion();
    let mut to_typed = Ratios::to("the typed call");
    let mut to_floor = Ratios::to("the bare cryptography");
    let mut allocations = Ratios::to("the most that it may be");
    let mut group = criterion.benchmark_group("wire");
    for call in calls() {
        let target = target(&call.name);
        to_typed.measure(&mut group, &call.name, Some(target), call.wire, call.typed);
    }
    group.finish();
    let mut group = criterion.benchmark_group("typed");
    for call in calls() {
        to_floor.measure(&mut group, &call.name, None, call.typed, call.floor);
    }
    group.finish();
    for mut call in calls() {
        allocations.rows.push(counted(&call.name, &mut call.wire));
    }
    to_typed.finish("wire");
    to_floor.finish("wire, typed");
    allocations.finish("wire, allocations");
    criterion.final_summary();
}

fn target(name: &str) -> Target {
    let is_small = name.ends_with(" 32 bytes");
    Target::AtMost(if is_small { 1.8 } else { 1.6 })
}

fn counted(name: &str, call: &mut dyn FnMut()) -> Row {
    // The first call of a thread makes what the thread keeps.
    call();
    let count = measure(call).count_total;
    let amount = f64::from(u32::try_from(count).expect("a small number"));
    Row {
        name: name.to_owned(),
        amount,
        unit: "allocations a call".to_owned(),
        ratio: amount / MOST_ALLOCATIONS,
        target: Some(Target::AtMost(1.0)),
    }
}
