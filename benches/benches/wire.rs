//! JSON in and out, against the typed call of the same work, and that against its bare cryptography.

use kms_reencrypt_benches::calls::calls;
use kms_reencrypt_benches::ratio::{Ratios, Target, criterion};

fn main() {
    let mut criterion = criterion();
    let mut to_typed = Ratios::to("the typed call");
    let mut to_floor = Ratios::to("the bare cryptography");
    let mut group = criterion.benchmark_group("wire");
    for call in calls() {
        let most = Target::AtMost(if call.len == 32 { 1.8 } else { 1.6 });
        to_typed.measure(&mut group, &call.name(), Some(most), call.wire, call.typed);
    }
    group.finish();
    let mut group = criterion.benchmark_group("typed");
    for call in calls() {
        to_floor.measure(&mut group, &call.name(), None, call.typed, call.floor);
    }
    group.finish();
    to_typed.finish("wire");
    to_floor.finish("wire, typed");
    criterion.final_summary();
}
