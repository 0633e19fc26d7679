//! One ring, eight threads: four re-encrypt while four rotate, disable, re-create and alias. Every answer must be one that
//! some serial order could give.
//!
//! All threads share a counter, and each writer notes its tick before and after a change. The change took effect
//! somewhere between the two ticks, and its value held until the next change took effect. An answer is explained if all
//! that it shows held at one moment between its own two ticks.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use kms_reencrypt::keyring::NewKey;
use kms_reencrypt::{
    EncryptRequest, KeyArn, KeyIdentifier, KeyMaterialId, KeySpec, Keyring, Kms, KmsError,
    ReEncryptRequest, ReEncryptResponse,
};

/// How often each writer changes something, and how often each reader asks.
const CHANGES: usize = 120;
const QUESTIONS: usize = 600;

static TICKS: AtomicU64 = AtomicU64::new(1);

/// An interval of ticks.
#[derive(Clone, Copy, Debug)]
struct Span {
    begin: u64,
    end: u64,
}

impl Span {
    fn of<T>(work: impl FnOnce() -> T) -> (Self, T) {
        let begin = TICKS.fetch_add(1, Ordering::SeqCst);
        let result = work();
        let end = TICKS.fetch_add(1, Ordering::SeqCst);
        (Self { begin, end }, result)
    }

    fn intersection(self, other: Self) -> Option<Self> {
        let (begin, end) = (self.begin.max(other.begin), self.end.min(other.end));
        (begin < end).then_some(Self { begin, end })
    }
}

/// The values that something had, one after the other, and the spans of the changes that brought them.
#[derive(Debug)]
struct History<T>(Vec<(Span, T)>);

impl<T: PartialEq + Copy> History<T> {
    fn starting_with(value: T) -> Self {
        Self(vec![(Span { begin: 0, end: 0 }, value)])
    }

    fn change(&mut self, to: T, work: impl FnOnce()) {
        let (span, ()) = Span::of(work);
        self.0.push((span, to));
    }

    /// The span in which the value may have held: from the beginning of the change that set it to the end of the next.
    fn spans(&self, value: T) -> Vec<Span> {
        let ends = self
            .0
            .iter()
            .skip(1)
            .map(|(span, _)| span.end)
            .chain([u64::MAX]);
        let all = self.0.iter().zip(ends);
        all.filter(|((_, had), _)| *had == value)
            .map(|((span, _), end)| Span {
                begin: span.begin,
                end,
            })
            .collect()
    }
}

/// What the writers did.
struct Histories {
    alias: History<KeyArn>,
    materials: [(KeyArn, History<KeyMaterialId>); 2],
    enabled: History<bool>,
    exists: History<bool>,
}

/// Whether at one moment of a span all of these values held.
fn is_explained(question: Span, facts: &[Vec<Span>]) -> bool {
    let Some((first, rest)) = facts.split_first() else {
        return true;
    };
    let moments = first.iter().filter_map(|span| question.intersection(*span));
    moments.into_iter().any(|moment| is_explained(moment, rest))
}

type Answer = Result<ReEncryptResponse, KmsError>;

#[test]
fn every_answer_is_one_that_some_serial_order_could_give() {
    let keyring = Keyring::new("111122223333", "us-east-2").unwrap();
    let key = |name| keyring.create_key(NewKey::from(KeySpec::SymmetricDefault).description(name));
    let (source, first, second) = (key("source"), key("first"), key("second"));
    let (source, first, second) = (source.unwrap(), first.unwrap(), second.unwrap());
    let passing = key("comes and goes").unwrap();
    keyring.create_alias("alias/hot", first).unwrap();
    let kms = Kms::new(keyring.clone());
    let blob = encrypted(&kms, source);

    let (histories, to_alias, to_passing) = thread::scope(|scope| {
        let aliasing = scope.spawn(|| aliasing(&keyring, first, second));
        let rotating = scope.spawn(|| rotating(&keyring, [first, second]));
        let disabling = scope.spawn(|| disabling(&keyring, source));
        let deleting = scope.spawn(|| deleting(&keyring, passing));
        let ask = |destination: KeyIdentifier| {
            let (kms, blob) = (kms.clone(), blob.clone());
            scope.spawn(move || asking(&kms, &blob, destination))
        };
        let alias = [
            ask("alias/hot".into()),
            ask("alias/hot".into()),
            ask("alias/hot".into()),
        ];
        let by_arn = ask(passing.into());
        let to_alias: Vec<_> = alias
            .into_iter()
            .flat_map(|asked| asked.join().unwrap())
            .collect();
        let to_passing = by_arn.join().unwrap();
        let histories = Histories {
            alias: aliasing.join().unwrap(),
            materials: rotating.join().unwrap(),
            enabled: disabling.join().unwrap(),
            exists: deleting.join().unwrap(),
        };
        (histories, to_alias, to_passing)
    });

    let mut moved = 0;
    for (question, answer) in &to_alias {
        moved += usize::from(answer.is_ok());
        assert!(
            explains_alias(&histories, source, *question, answer),
            "{question:?} {answer:?}"
        );
    }
    let mut missing = 0;
    for (question, answer) in &to_passing {
        missing += usize::from(matches!(answer, Err(KmsError::NotFound(_))));
        assert!(
            explains_passing(&histories, (source, passing), *question, answer),
            "{question:?} {answer:?}"
        );
    }
    let asked = to_alias.len();
    assert!(moved > 0 && moved < asked, "{moved} of {asked} went well");
    assert!(
        missing > 0 && missing < to_passing.len(),
        "{missing} did not find the key"
    );
    // What was moved can still be opened, whatever material it is under.
    keyring.enable_key(source).unwrap();
    for (_, answer) in to_alias.iter().step_by(50) {
        if let Ok(response) = answer {
            let request = ReEncryptRequest::builder()
                .ciphertext_blob(response.ciphertext_blob())
                .destination_key_id(source)
                .build()
                .unwrap();
            let back = kms.re_encrypt(&request).unwrap();
            assert_eq!(
                back.source_key_material_id(),
                response.destination_key_material_id()
            );
        }
    }
}

#[test]
fn the_checker_refuses_what_no_order_explains() {
    let mut history = History::starting_with(1);
    history.0.push((Span { begin: 10, end: 12 }, 2));
    history.0.push((Span { begin: 20, end: 22 }, 1));
    let question = |begin, end| Span { begin, end };
    assert!(is_explained(question(11, 13), &[history.spans(1)]));
    assert!(is_explained(question(11, 13), &[history.spans(2)]));
    assert!(!is_explained(question(13, 14), &[history.spans(1)]));
    assert!(is_explained(question(21, 23), &[history.spans(2)]));
    assert!(!is_explained(question(23, 24), &[history.spans(2)]));
    // Each on its own, but never both at once.
    let mut other = History::starting_with(1);
    other.0.push((Span { begin: 30, end: 31 }, 2));
    assert!(!is_explained(
        question(1, 40),
        &[history.spans(2), other.spans(2)]
    ));
}

fn explains_alias(histories: &Histories, source: KeyArn, question: Span, answer: &Answer) -> bool {
    match answer {
        Ok(response) => {
            let destination = response.key_id();
            let materials = histories
                .materials
                .iter()
                .find(|(key, _)| key == destination);
            let material = *response.destination_key_material_id().unwrap();
            materials.is_some_and(|(_, materials)| {
                let facts = [
                    materials.spans(material),
                    histories.alias.spans(*destination),
                    histories.enabled.spans(true),
                ];
                response.source_key_id() == &source && is_explained(question, &facts)
            })
        }
        Err(KmsError::Disabled { key, .. }) => {
            *key == source && is_explained(question, &[histories.enabled.spans(false)])
        }
        Err(_) => false,
    }
}

fn explains_passing(
    histories: &Histories,
    (source, passing): (KeyArn, KeyArn),
    question: Span,
    answer: &Answer,
) -> bool {
    let enabled = histories.enabled.spans(true);
    match answer {
        Ok(response) => {
            response.key_id() == &passing
                && is_explained(question, &[histories.exists.spans(true), enabled])
        }
        Err(KmsError::NotFound(_)) => {
            is_explained(question, &[histories.exists.spans(false), enabled])
        }
        Err(KmsError::Disabled { key, .. }) => {
            *key == source && is_explained(question, &[histories.enabled.spans(false)])
        }
        Err(_) => false,
    }
}

fn asking(kms: &Kms<Keyring>, blob: &[u8], destination: KeyIdentifier) -> Vec<(Span, Answer)> {
    let request = ReEncryptRequest::builder()
        .ciphertext_blob(blob)
        .destination_key_id(destination)
        .build()
        .unwrap();
    let ask = |_| {
        thread::sleep(Duration::from_micros(20));
        Span::of(|| kms.re_encrypt(&request))
    };
    (0..QUESTIONS).map(ask).collect()
}

fn aliasing(keyring: &Keyring, first: KeyArn, second: KeyArn) -> History<KeyArn> {
    let mut history = History::starting_with(first);
    for turn in 0..CHANGES {
        let target = if turn % 2 == 0 { second } else { first };
        history.change(target, || {
            keyring.update_alias("alias/hot", target).unwrap()
        });
        pause();
    }
    history
}

/// Rotates both keys as often as a key can be rotated.
fn rotating(keyring: &Keyring, keys: [KeyArn; 2]) -> [(KeyArn, History<KeyMaterialId>); 2] {
    let current = |key: KeyArn| {
        *keyring
            .describe_key(key)
            .unwrap()
            .current_key_material_id()
            .unwrap()
    };
    let mut histories = keys.map(|key| (key, History::starting_with(current(key))));
    for _ in 0..25 {
        for (key, history) in &mut histories {
            let (span, ()) = Span::of(|| keyring.rotate_key_on_demand(*key).unwrap());
            history.0.push((span, current(*key)));
            pause();
            pause();
        }
    }
    histories
}

fn disabling(keyring: &Keyring, key: KeyArn) -> History<bool> {
    let mut history = History::starting_with(true);
    for turn in 0..CHANGES {
        let enabled = turn % 2 == 1;
        history.change(enabled, || {
            if enabled {
                keyring.enable_key(key)
            } else {
                keyring.disable_key(key)
            }
            .unwrap();
        });
        pause();
    }
    history
}

/// Deletes a key and creates another with its id.
fn deleting(keyring: &Keyring, key: KeyArn) -> History<bool> {
    let mut history = History::starting_with(true);
    for turn in 0..CHANGES {
        let exists = turn % 2 == 1;
        history.change(exists, || {
            if exists {
                let again = NewKey::new(KeySpec::SymmetricDefault).key_id(*key.key_id());
                keyring.create_key(again).unwrap();
            } else {
                keyring.delete_key(key).unwrap();
            }
        });
        pause();
    }
    history
}

fn pause() {
    thread::sleep(Duration::from_micros(200));
}

fn encrypted(kms: &Kms<Keyring>, key: KeyArn) -> Vec<u8> {
    let request = EncryptRequest::builder()
        .key_id(key)
        .plaintext("data")
        .build()
        .unwrap();
    kms.encrypt(&request).unwrap().into_ciphertext_blob()
}
