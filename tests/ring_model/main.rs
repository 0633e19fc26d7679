//! A ring against a model of it: both take the same steps, which a seed decides, and have to agree in every answer, every
//! error code and all that can be seen of a key.
//!
//! `KMS_RING_MODEL_STEPS=1000000 KMS_RING_MODEL_SEED=7 cargo test --release --all-features --test ring_model` takes more
//! steps, and others. A disagreement is told with its seed and the steps before it.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answer;
mod choices;
mod generate;
mod model;
mod real;
mod step;

use std::collections::{BTreeMap, VecDeque};

use crate::choices::Choices;
use crate::model::Model;
use crate::real::Real;
use crate::step::{Name, Step};

/// How many steps are told of a disagreement.
const TOLD: usize = 25;

/// How often all keys are compared, and not only one.
const ALL_KEYS: usize = 50;

struct Run {
    seed: u64,
    model: Model,
    real: Real,
    latest: VecDeque<String>,
    /// How often each answer came, by the name of the step.
    answers: BTreeMap<(String, &'static str), usize>,
}

impl Run {
    fn take(&mut self, number: usize, step: Step) {
        let expected = self.model.take(step);
        let answer = self.real.take(step);
        self.latest
            .push_back(format!("{number}: {step:?} -> {expected:?}"));
        if self.latest.len() > TOLD {
            self.latest.pop_front();
        }
        if answer != expected {
            self.disagree(&format!("the ring answers {answer:?}"));
        }
        let name = format!("{step:?}");
        let name = name.split(['(', ' ']).next().unwrap().to_owned();
        let answer = answer.err().unwrap_or("success");
        *self.answers.entry((name, answer)).or_default() += 1;

        let names = self.model.names();
        if number.is_multiple_of(ALL_KEYS) {
            if self.real.names() != names {
                self.disagree(&format!("the keys are {:?}", self.real.names()));
            }
            names.iter().for_each(|name| self.compare(*name));
        } else if !names.is_empty() {
            self.compare(names[number % names.len()]);
        }
    }

    fn compare(&mut self, name: Name) {
        let expected = self.model.facts(name).unwrap();
        match self.real.facts(name) {
            Ok(facts) if self.real.agrees(&facts, &expected) => {}
            other => self.disagree(&format!("{name:?} is\n{other:#?}\nand not\n{expected:#?}")),
        }
    }

    fn disagree(&self, what: &str) -> ! {
        let steps: Vec<&str> = self.latest.iter().map(String::as_str).collect();
        panic!("seed {}\n{}\n{what}", self.seed, steps.join("\n"));
    }
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a number"))
}

fn run(seed: u64, steps: usize) -> Run {
    println!("seed {seed}, {steps} steps");
    let mut choices = Choices::of(seed);
    let mut run = Run {
        seed,
        model: Model::default(),
        real: Real::new(seed),
        latest: VecDeque::new(),
        answers: BTreeMap::new(),
    };
    for number in 0..steps {
        let step = generate::next(&mut choices, &run.model);
        run.take(number, step);
    }
    run
}

#[test]
fn the_ring_does_what_the_model_does() {
    let seed = variable("KMS_RING_MODEL_SEED").unwrap_or(1);
    let steps = variable("KMS_RING_MODEL_STEPS").unwrap_or(10_000);
    let run = run(seed, usize::try_from(steps).unwrap());
    for ((step, answer), times) in &run.answers {
        println!("{step:15} {answer:30} {times}");
    }
    println!("{} automatic rotations", run.model.automatic_rotations);
    assert!(run.model.automatic_rotations > 0);
    // Steps that are all refused, or all taken, would show nothing.
    let answers = |code: &str| {
        run.answers
            .keys()
            .filter(|(_, answer)| *answer == code)
            .count()
    };
    assert!(answers("success") >= 20, "{:?}", run.answers);
    for code in [
        "AccessDeniedException",
        "AlreadyExistsException",
        "DisabledException",
        "IncorrectKeyException",
        "IncorrectKeyMaterialException",
        "InvalidCiphertextException",
        "InvalidKeyUsageException",
        "KMSInvalidStateException",
        "NotFoundException",
        "UnsupportedOperationException",
        "ValidationException",
    ] {
        assert!(answers(code) > 0, "{code} never came");
    }
}
