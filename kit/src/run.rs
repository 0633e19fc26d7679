//! [`Run`]: puts cases to an endpoint.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use serde_json::Value;

use crate::answer::Answer;
use crate::book::Book;
use crate::case::{Call, Case, Need, Place, Principal};
use crate::endpoint::{Endpoint, NoAnswer, Sent};
use crate::fill::{fill, text};
use crate::guard;
use crate::judge::differences;
use crate::ledger::{Facts, Ledger};
use crate::outcome::{Outcome, Shown, Verdict};
use crate::rules;
use crate::scrub::Scrub;
use crate::values::{at, head};

/// After this many requests in a row without an answer, the endpoint counts as lost.
pub(crate) const LOST: u32 = 3;

/// A request is not sent again if there was no answer for this long.
const UNANSWERED: Duration = Duration::from_secs(20);

pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// How often, and at which intervals, a question is repeated whose answer is not as expected: a change at AWS takes a
/// moment to reach every host.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How often a question is asked at most.
    pub tries: u32,
    /// How long to wait before the second time. Each later wait is twice as long.
    pub pause: Duration,
}

impl Patience {
    /// Asks every question once.
    pub const NONE: Self = Self {
        tries: 1,
        pause: Duration::ZERO,
    };

    /// Waits, unless the run is stopped.
    fn wait(self, tried: u32, stop: &AtomicBool) {
        const BREATH: Duration = Duration::from_millis(50);
        let end = Instant::now() + self.pause.saturating_mul(1 << tried.min(6));
        while Instant::now() < end && !stop.load(Ordering::Relaxed) {
            thread::sleep(BREATH);
        }
    }
}

/// A run of cases at an endpoint.
#[derive(Debug)]
pub struct Run<'a, E> {
    pub(crate) book: &'a Book,
    pub(crate) endpoint: &'a E,
    pub(crate) facts: Facts,
    pub(crate) patience: Patience,
    pub(crate) ledger: Ledger,
    /// The results of fixtures.
    pub(crate) fixtures: BTreeMap<String, Value>,
    /// The results of the current case's set-up.
    pub(crate) results: BTreeMap<String, Value>,
    requests: u64,
    pub(crate) unanswered: u32,
    stop: Arc<AtomicBool>,
}

impl<'a, E: Endpoint> Run<'a, E> {
    /// A run that has done nothing yet.
    pub fn new(book: &'a Book, endpoint: &'a E, facts: Facts, patience: Patience) -> Self {
        Self {
            book,
            endpoint,
            facts,
            patience,
            ledger: Ledger {
                keys: Vec::new(),
                aliases: Vec::new(),
            },
            fixtures: BTreeMap::new(),
            results: BTreeMap::new(),
            requests: 0,
            unanswered: 0,
            stop: Arc::default(),
        }
    }

    /// The same run with what an earlier one has made.
    #[must_use]
    pub fn with(mut self, ledger: Ledger, fixtures: BTreeMap<String, Value>) -> Self {
        self.ledger = ledger;
        self.fixtures = fixtures;
        self
    }

    /// The same run, which stops waiting once `stop` is true. Its judgement of the current case is then meaningless.
    #[must_use]
    pub fn stopped_by(mut self, stop: Arc<AtomicBool>) -> Self {
        self.stop = stop;
        self
    }

    /// What the run has made.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The results of the fixtures that were made.
    pub const fn fixtures(&self) -> &BTreeMap<String, Value> {
        &self.fixtures
    }

    /// What the run knows.
    pub const fn facts(&self) -> &Facts {
        &self.facts
    }

    /// How many requests were sent.
    pub const fn requests(&self) -> u64 {
        self.requests
    }

    /// What a case needs that is not there, so that it is skipped.
    #[must_use]
    pub fn missing(&self, case: &Case) -> Vec<Need> {
        let needs = rules::needs(self.book, case).into_iter();
        needs.filter(|need| !self.has(*need)).collect()
    }

    /// Whether the endpoint has left several requests in a row without an answer. The judgements of the last cases are then
    /// meaningless, and more requests would only take time.
    pub const fn is_lost(&self) -> bool {
        self.unanswered >= LOST
    }

    /// Whether the last request was answered.
    pub const fn is_answered(&self) -> bool {
        self.unanswered == 0
    }

    /// Puts a case to the endpoint.
    pub fn case(&mut self, case: &Case) -> Outcome {
        self.results.clear();
        let missing = self.missing(case);
        if !missing.is_empty() {
            let missing = missing.into_iter().map(|need| need.missing().to_owned());
            return outcome(case, Verdict::Skipped, missing.collect(), None);
        }
        if let Err(fault) = self.set_up(case) {
            let fault = self.scrub().text(&fault);
            return outcome(case, Verdict::NotReached, vec![fault], None);
        }
        self.ask(case)
    }

    fn scrub(&self) -> Scrub {
        Scrub::of(&self.facts, self.fixtures.iter().chain(&self.results))
    }

    fn has(&self, need: Need) -> bool {
        let is_china = self.facts.region.starts_with("cn-");
        match need {
            Need::Second => self.facts.principals.contains_key(&Principal::Second),
            Need::Stranger => self.facts.principals.contains_key(&Principal::Stranger),
            Need::China => is_china,
            Need::NotAws => !self.facts.aws,
            Need::NotChina => !is_china,
        }
    }

    fn set_up(&mut self, case: &Case) -> Result<(), String> {
        for call in &case.setup {
            let result = self.prepare(call)?;
            if let Some(name) = &call.name {
                self.results.insert(name.clone(), result);
            }
        }
        self.make_fixtures(&rules::case_values(case))
    }

    fn ask(&mut self, case: &Case) -> Outcome {
        let mut tried = 0;
        loop {
            let (faults, answer) = match self.send(&case.request) {
                Ok(answer) => {
                    let look_up = |path: &str| self.look_up(path);
                    let faults = differences(&case.expect, &answer, &look_up);
                    (faults.unwrap_or_else(|fault| vec![fault]), Some(answer))
                }
                Err(fault) => (vec![fault], None),
            };
            tried += 1;
            let changed = guard::changes(&case.request.call)
                && answer.as_ref().is_some_and(Answer::is_success);
            if changed && case.expect.code.is_some() {
                self.forget(&case.request);
            }
            // A request without an answer was sent several times already.
            let unanswered = answer.is_none() && !self.is_answered();
            if faults.is_empty() || changed || unanswered || tried >= self.patience.tries {
                let verdict = match (case.open, faults.is_empty()) {
                    _ if answer.is_none() => Verdict::NotReached,
                    (None, true) => Verdict::Agrees,
                    (None, false) => Verdict::Disagrees,
                    (Some(_), true) => Verdict::OpenAsGuessed,
                    (Some(_), false) => Verdict::OpenOtherwise,
                };
                let scrub = self.scrub();
                let faults = faults.iter().map(|fault| scrub.text(fault)).collect();
                return outcome(
                    case,
                    verdict,
                    faults,
                    answer.map(|answer| scrub.answer(&answer)),
                );
            }
            self.patience.wait(tried, &self.stop);
        }
    }

    /// Makes a call that has to succeed, and returns its result, or why there is none.
    pub(crate) fn prepare(&mut self, call: &Call) -> Result<Value, String> {
        let mut tried = 0;
        loop {
            let said = match self.send(call) {
                Ok(answer) if answer.is_success() && answer.code().is_none() => {
                    return Ok(result(&call.call, &answer));
                }
                Ok(answer) => {
                    let code = answer.code().unwrap_or_else(|| answer.status.to_string());
                    format!("{code} {}", answer.message().unwrap_or_default())
                }
                Err(fault) => fault,
            };
            tried += 1;
            if tried >= self.patience.tries || !self.is_answered() {
                return Err(format!("{} of the set-up failed: {said}", call.call));
            }
            self.patience.wait(tried, &self.stop);
        }
    }

    fn look_up(&self, path: &str) -> Result<Value, String> {
        if let Some(fact) = self.facts.get(path) {
            return Ok(fact);
        }
        let name = head(path);
        let result = self.results.get(name).or_else(|| self.fixtures.get(name));
        let result = result.ok_or_else(|| format!("there is no {name}"))?;
        let found = match path.split_once('.') {
            Some((_, path)) => at(result, path),
            None => Some(result),
        };
        found.cloned().ok_or_else(|| format!("there is no {path}"))
    }

    /// Sends a call, whose fixtures are made first, and notes what it has made.
    fn send(&mut self, call: &Call) -> Result<Answer, String> {
        self.make_fixtures(&rules::call_values(call))?;
        let look_up = |path: &str| self.look_up(path);
        let members = fill(&Value::Object(call.with.clone()), &look_up)?;
        let members = members.as_object().cloned().unwrap_or_default();
        let raw = call
            .body
            .as_deref()
            .map(|body| text(body, &look_up))
            .transpose()?;
        let checked = raw.is_none().then_some(&members);
        guard::check(&call.call, checked, &self.ledger, &self.facts)?;
        let body = raw.unwrap_or_else(|| Value::Object(members.clone()).to_string());
        let region = match call.place {
            Place::Home => self.facts.region.clone(),
            Place::Abroad => self.facts.abroad.clone(),
        };
        let target = format!("TrentService.{}", call.call);
        let request = Sent {
            target: call.target.as_deref().unwrap_or(&target),
            content_type: call.content_type.as_deref().unwrap_or(CONTENT_TYPE),
            body: body.as_bytes(),
            principal: call.principal,
            region: &region,
        };
        let answer = self.put(&request).map_err(|error| error.to_string())?;
        if answer.is_success() {
            self.note(call, &members, &answer, &region);
            self.endpoint
                .made(&self.ledger)
                .map_err(|error| error.to_string())?;
        }
        Ok(answer)
    }

    /// A request that is refused because of the load is sent again.
    pub(crate) fn put(&mut self, request: &Sent<'_>) -> Result<Answer, NoAnswer> {
        let mut tried = 0;
        let began = Instant::now();
        loop {
            self.requests += 1;
            tried += 1;
            let answer = self.endpoint.send(request);
            let again = match &answer {
                Ok(answer) => {
                    let code = answer.code();
                    answer.status >= 500 || code.is_some_and(|code| code.starts_with("Throttling"))
                }
                Err(_) => true,
            };
            let too_long = began.elapsed() > UNANSWERED || self.is_lost();
            if !again || tried >= self.patience.tries || (answer.is_err() && too_long) {
                self.unanswered = match answer {
                    Ok(_) => 0,
                    Err(_) => self.unanswered.saturating_add(1),
                };
                return answer;
            }
            self.patience.wait(tried, &self.stop);
        }
    }
}

/// The result of a call as cases know it: that of CreateKey and ReplicateKey is the metadata of the new key.
pub(crate) fn result(operation: &str, answer: &Answer) -> Value {
    let result = answer.json().unwrap_or_default();
    let metadata = match operation {
        "CreateKey" => result.get("KeyMetadata"),
        "ReplicateKey" => result.get("ReplicaKeyMetadata"),
        _ => None,
    };
    metadata.cloned().unwrap_or(result)
}

fn outcome(case: &Case, verdict: Verdict, notes: Vec<String>, answer: Option<Shown>) -> Outcome {
    Outcome {
        id: case.id.clone(),
        verdict,
        notes,
        answer,
    }
}
