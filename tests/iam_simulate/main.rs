//! IAM's evaluator, held against an independent one: `@cloud-copilot/iam-simulate` of npm.
//!
//! `bash tests/iam_simulate/run` installs it and runs this. A plain `cargo test` needs neither Node.js nor npm: it ignores
//! the test. Thousands of cases are drawn from a seed, and decided by both: every statement of every policy, applies or
//! not, and the decision. What they disagree about is settled by AWS's documentation, in [`disagreements`].

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod case;
mod dice;
mod disagreements;
mod generate;
mod vocabulary;

use std::collections::BTreeSet;
use std::env;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use kms_reencrypt::iam::{Decision, Explanation, Layer, Outcome};
use serde_json::Value;

use case::Case;
use dice::Dice;
use disagreements::{Disagreement, KNOWN, SeenDecision, SeenStatement};

#[test]
#[ignore = "needs Node.js and npm: bash tests/iam_simulate/run"]
fn both_evaluators_decide_alike_or_differ_as_listed() {
    let seed = variable("SEED").unwrap_or(20_261_126);
    let count = variable("CASES").unwrap_or(6_000);
    println!("SEED={seed} CASES={count}");
    let mut dice = Dice::new(seed);
    let cases: Vec<Case> = (0..count).map(|_| generate::case(&mut dice)).collect();
    let answers = simulate(&cases);

    let mut known = KNOWN.map(|_| 0);
    let mut unknown = Vec::new();
    let mut decisions = [0; 3];
    for (case, answer) in cases.iter().zip(&answers) {
        let explanation = case.explain();
        decisions[match explanation.decision {
            Decision::Allowed(_) => 0,
            Decision::Denied(denial) => 1 + usize::from(denial.explicit),
        }] += 1;
        for disagreement in compare(case, &explanation, answer) {
            match KNOWN
                .iter()
                .position(|known| known.class.has(&disagreement))
            {
                Some(class) => known[class] += 1,
                None => unknown.push(disagreement.to_string()),
            }
        }
    }

    let [allowed, implicit, explicit] = decisions;
    println!("{allowed} allowed, {implicit} denied for lack of an Allow, {explicit} by a Deny");
    for (class, count) in KNOWN.iter().zip(known) {
        println!("{count:6} {}", class.here);
    }
    let first = unknown
        .iter()
        .take(8)
        .cloned()
        .collect::<Vec<_>>()
        .join("\n");
    assert!(
        unknown.is_empty(),
        "{} disagreements are not listed:\n{first}",
        unknown.len()
    );
    for (class, count) in KNOWN.iter().zip(known) {
        assert!(
            count > 0,
            "no longer a disagreement, to be unlisted: {} ({})",
            class.here,
            class.source
        );
    }
}

fn variable<T: std::str::FromStr>(name: &str) -> Option<T> {
    env::var(name).ok()?.parse().ok()
}

/// The answers of the other evaluator, from one process.
fn simulate(cases: &[Case]) -> Vec<Value> {
    let script = env::var("IAM_SIMULATE").expect("the script `run` says where the simulator is");
    let mut node = Command::new("node")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Node.js");
    let lines: Vec<String> = cases
        .iter()
        .map(|case| case.simulation().to_string())
        .collect();
    let mut input = node.stdin.take().unwrap();
    let writer = thread::spawn(move || lines.iter().try_for_each(|line| writeln!(input, "{line}")));
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), cases.len());
    answers
}

/// What the two see differently: statements, or else the decision.
fn compare<'c>(
    case: &'c Case,
    explanation: &Explanation,
    answer: &'c Value,
) -> Vec<Disagreement<'c>> {
    let error = &answer["error"];
    assert!(
        error.is_null(),
        "refused by the other evaluator: {error}: {}",
        case.simulation()
    );
    let here: BTreeSet<&str> = explanation
        .statements
        .iter()
        .filter(|statement| matches!(statement.outcome, Outcome::Applies(_)))
        .filter_map(|statement| statement.sid.as_deref())
        .collect();
    let there = answer["applied"].as_array().unwrap();
    let there: BTreeSet<&str> = there.iter().filter_map(Value::as_str).collect();
    let mut disagreements = Vec::new();
    for (layer, statement) in case.statements() {
        let sid = statement["Sid"].as_str().unwrap();
        let applies = here.contains(sid);
        if applies != there.contains(sid) {
            disagreements.push(Disagreement::Statement(SeenStatement {
                case,
                layer,
                statement,
                applies,
            }));
        }
    }
    let result = answer["result"].as_str().unwrap();
    let is_alike = match explanation.decision {
        Decision::Allowed(_) => result == "Allowed",
        Decision::Denied(denial) if denial.explicit => result == "ExplicitlyDenied",
        Decision::Denied(denial) => {
            result == "ImplicitlyDenied" && may_lack_allow(denial.layer, answer)
        }
    };
    if disagreements.is_empty() && !is_alike {
        disagreements.push(Disagreement::Decision(SeenDecision {
            case,
            here: explanation.decision,
            there: result,
        }));
    }
    disagreements
}

/// Whether the other evaluator says of a layer, too, that it lacks an Allow. It tells layers only if those of the principal
/// and of the resource allow by themselves.
fn may_lack_allow(layer: Layer, answer: &Value) -> bool {
    let named = match layer {
        Layer::EndpointPolicy => "vpce",
        Layer::PermissionsBoundary => "pb",
        Layer::ResourceControlPolicy => "rcp",
        Layer::ServiceControlPolicy => "scp",
        _ => "",
    };
    let blocking = answer["blockedBy"].as_array().unwrap();
    blocking.is_empty() || blocking.iter().any(|by| by == named)
}
