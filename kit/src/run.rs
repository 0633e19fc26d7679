//! [`Run`]: puts cases to an endpoint.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::book::Book;
use crate::case::{Call, Case, Expectation, Need, Place, Principal};
use crate::endpoint::{Endpoint, NoAnswer, Sent};
use crate::fill::{fill, text};
use crate::guard;
use crate::ledger::{Facts, Ledger, MadeAlias, MadeKey};
use crate::matching::compare;
use crate::outcome::{Outcome, Shown, Verdict};
use crate::rules;
use crate::scrub::{STAND_INS, Scrub};
use crate::values::{at, head, references};

const CONTENT_TYPE: &str = "application/x-amz-json-1.1";

/// How often, and how long apart, a question is put again whose answer is not as expected: a change at AWS takes a moment
/// until every host knows it.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How often a question is put at most.
    pub tries: u32,
    /// How long to wait before the second time; before each time after it twice as long.
    pub pause: Duration,
}

impl Patience {
    /// Every question once.
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
    book: &'a Book,
    endpoint: &'a E,
    facts: Facts,
    patience: Patience,
    ledger: Ledger,
    /// The results of fixtures.
    fixtures: BTreeMap<String, Value>,
    /// The results of the current case's set-up.
    results: BTreeMap<String, Value>,
    requests: u64,
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

    /// The same run, which waits for nothing any more once `stop` is true: what it says of the current case is then worth
    /// nothing.
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

    /// Puts a case to the endpoint.
    pub fn case(&mut self, case: &Case) -> Outcome {
        self.results.clear();
        let missing: Vec<String> = rules::needs(self.book, case)
            .into_iter()
            .filter(|need| !self.has(*need))
            .map(|need| need.missing().to_owned())
            .collect();
        if !missing.is_empty() {
            return outcome(case, Verdict::Skipped, missing, None);
        }
        if let Err(fault) = self.set_up(case) {
            let fault = self.scrub().text(&fault);
            return outcome(case, Verdict::NotReached, vec![fault], None);
        }
        self.ask(case)
    }

    fn has(&self, need: Need) -> bool {
        let is_china = self.facts.region.starts_with("cn-");
        match need {
            Need::Second => self.facts.principals.contains_key(&Principal::Second),
            Need::Stranger => self.facts.principals.contains_key(&Principal::Stranger),
            Need::China => is_china,
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
                Ok(answer) => (self.faults(&case.expect, &answer), Some(answer)),
                Err(fault) => (vec![fault], None),
            };
            tried += 1;
            let changed = guard::changes(&case.request.call)
                && answer.as_ref().is_some_and(Answer::is_success);
            if faults.is_empty() || changed || tried >= self.patience.tries {
                let verdict = match (case.open, faults.is_empty()) {
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
                    answer.map(|answer| shown(&answer, &scrub)),
                );
            }
            self.patience.wait(tried, &self.stop);
        }
    }

    /// Every difference between an answer and what is expected.
    fn faults(&self, expect: &Expectation, answer: &Answer) -> Vec<String> {
        self.compare(expect, answer)
            .unwrap_or_else(|fault| vec![fault])
    }

    fn compare(&self, expect: &Expectation, answer: &Answer) -> Result<Vec<String>, String> {
        let look_up = |path: &str| self.look_up(path);
        let mut faults = Vec::new();
        let usual = if expect.code.is_some() { 400 } else { 200 };
        let status = expect.status.unwrap_or(usual);
        if status != answer.status {
            faults.push(format!(
                "the status is {}, expected {status}",
                answer.status
            ));
        }
        let code = answer.code();
        if let Some(expected) = &expect.code {
            let found = code.clone().map(Value::String);
            compare(
                "the exception",
                &json!(expected),
                found.as_ref(),
                &mut faults,
            );
            if let Some(message) = &expect.message {
                let found = answer.message().map(Value::String);
                match fill(message, &look_up)? {
                    Value::Null => {
                        if let Some(found) = found {
                            faults.push(format!("the message is {found}, expected none"));
                        }
                    }
                    message => compare("the message", &message, found.as_ref(), &mut faults),
                }
            }
        } else if let Some(code) = code {
            let message = answer.message().unwrap_or_default();
            faults.push(format!("the exception {code} came back: {message}"));
        } else if let Some(members) = &expect.members {
            self.compare_members(members, expect.exactly, answer, &mut faults)?;
        }
        for (name, value) in &expect.headers {
            let found = answer.header(name).map(|value| json!(value));
            let place = format!("the header {name}");
            compare(&place, &fill(value, &look_up)?, found.as_ref(), &mut faults);
        }
        if let Some(text) = &expect.body_contains {
            let text = fill(text, &look_up)?;
            let body = String::from_utf8_lossy(&answer.body);
            if text.as_str().is_none_or(|text| !body.contains(text)) {
                faults.push(format!("the body does not contain {text}"));
            }
        }
        Ok(faults)
    }

    fn compare_members(
        &self,
        members: &Map<String, Value>,
        exactly: bool,
        answer: &Answer,
        faults: &mut Vec<String>,
    ) -> Result<(), String> {
        let Some(Value::Object(found)) = answer.json() else {
            faults.push("the body is no JSON object".to_owned());
            return Ok(());
        };
        for (name, value) in members {
            let value = fill(value, &|path| self.look_up(path))?;
            compare(name, &value, found.get(name), faults);
        }
        if exactly {
            let more = found.keys().filter(|name| !members.contains_key(*name));
            faults.extend(more.map(|name| format!("{name} is there, and is not expected")));
        }
        Ok(())
    }

    /// A call that has to succeed. Its result, or why there is none.
    fn prepare(&mut self, call: &Call) -> Result<Value, String> {
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
            if tried >= self.patience.tries {
                return Err(format!("{} of the set-up failed: {said}", call.call));
            }
            self.patience.wait(tried, &self.stop);
        }
    }

    /// Makes the fixtures that values refer to, unless they are there.
    fn make_fixtures(&mut self, values: &[Value]) -> Result<(), String> {
        let mut paths = Vec::new();
        values
            .iter()
            .for_each(|value| references(value, &mut paths));
        let names: BTreeSet<&str> = paths.iter().map(|path| head(path)).collect();
        for name in names {
            if self.fixtures.contains_key(name) || self.results.contains_key(name) {
                continue;
            }
            let Some(fixture) = self.book.fixture_with(name) else {
                continue;
            };
            let mut made = BTreeMap::new();
            for call in &fixture.calls {
                let result = self.prepare(call)?;
                if let Some(name) = &call.name {
                    self.results.insert(name.clone(), result.clone());
                    made.insert(name.clone(), result);
                }
            }
            // Only whole: what is half done is made again, and the half is taken away at the end.
            self.fixtures.append(&mut made);
        }
        Ok(())
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
    fn put(&mut self, request: &Sent<'_>) -> Result<Answer, NoAnswer> {
        let mut tried = 0;
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
            if !again || tried >= self.patience.tries {
                return answer;
            }
            self.patience.wait(tried, &self.stop);
        }
    }

    fn note(&mut self, call: &Call, request: &Map<String, Value>, answer: &Answer, region: &str) {
        let operation = call.call.as_str();
        let made = match operation {
            "CreateKey" => Some(region),
            "ReplicateKey" => request.get("ReplicaRegion").and_then(Value::as_str),
            _ => None,
        };
        let result = result(operation, answer);
        if let Some((region, arn)) = made.zip(result.get("Arn").and_then(Value::as_str)) {
            self.ledger.keys.push(MadeKey {
                arn: arn.to_owned(),
                region: region.to_owned(),
                principal: call.principal,
            });
        }
        let Some(name) = request.get("AliasName").and_then(Value::as_str) else {
            return;
        };
        let alias = MadeAlias {
            name: name.to_owned(),
            region: region.to_owned(),
            principal: call.principal,
        };
        self.ledger.aliases.retain(|made| *made != alias);
        if operation == "CreateAlias" {
            self.ledger.aliases.push(alias);
        }
    }

    /// Takes away what the run has made: aliases are deleted, and keys are scheduled for deletion in seven days. What could
    /// not be taken away stays in the ledger.
    ///
    /// Returns a line for each of those.
    pub fn clean(&mut self) -> Vec<String> {
        let mut faults = Vec::new();
        self.fixtures.clear();
        for alias in core::mem::take(&mut self.ledger.aliases) {
            let request = json!({"AliasName": alias.name});
            if let Err(fault) =
                self.take_away("DeleteAlias", &request, &alias.region, alias.principal)
            {
                faults.push(format!("{}: {fault}", alias.name));
                self.ledger.aliases.push(alias);
            }
        }
        // Replicas were made after their primary, and go before it.
        let keys: Vec<MadeKey> = core::mem::take(&mut self.ledger.keys)
            .into_iter()
            .rev()
            .collect();
        for key in keys {
            let request = json!({"KeyId": key.arn, "PendingWindowInDays": 7});
            if let Err(fault) =
                self.take_away("ScheduleKeyDeletion", &request, &key.region, key.principal)
            {
                faults.push(format!("{}: {fault}", key.arn));
                self.ledger.keys.insert(0, key);
            }
        }
        faults
    }

    fn take_away(
        &mut self,
        operation: &str,
        request: &Value,
        region: &str,
        principal: Principal,
    ) -> Result<(), String> {
        let answer = self.put(&Sent {
            target: &format!("TrentService.{operation}"),
            content_type: CONTENT_TYPE,
            body: request.to_string().as_bytes(),
            principal,
            region,
        });
        let answer = answer.map_err(|error| error.to_string())?;
        let gone = ["KMSInvalidStateException", "NotFoundException"];
        let code = answer.code().unwrap_or_default();
        if answer.is_success() || gone.contains(&code.as_str()) {
            Ok(())
        } else {
            Err(format!("{code} {}", answer.message().unwrap_or_default()))
        }
    }

    fn scrub(&self) -> Scrub {
        let mut scrub = Scrub::default();
        for (name, result) in self.fixtures.iter().chain(&self.results) {
            if let Some(id) = result.get("KeyId").and_then(Value::as_str)
                && guard::is_key_id(id)
            {
                scrub.replace(id, &format!("<{name}>"));
            }
        }
        for (principal, arn) in &self.facts.principals {
            scrub.replace(arn, &format!("<{}>", principal.name()));
        }
        scrub.replace(&self.facts.nowhere, "<nowhere>");
        scrub.replace(&self.facts.nowhere_mrk, "<nowhere_mrk>");
        scrub.replace(&self.facts.run, "<run>");
        scrub.replace(&self.facts.account, STAND_INS[0]);
        scrub.replace(&self.facts.other_account, STAND_INS[1]);
        scrub.ready()
    }
}

/// The result of a call as cases know it: that of CreateKey and ReplicateKey is the metadata of the new key.
fn result(operation: &str, answer: &Answer) -> Value {
    let result = answer.json().unwrap_or_default();
    let metadata = match operation {
        "CreateKey" => result.get("KeyMetadata"),
        "ReplicateKey" => result.get("ReplicaKeyMetadata"),
        _ => None,
    };
    metadata.cloned().unwrap_or(result)
}

fn shown(answer: &Answer, scrub: &Scrub) -> Shown {
    let text = || Value::String(String::from_utf8_lossy(&answer.body).into_owned());
    Shown {
        status: answer.status,
        body: scrub.value(&answer.json().unwrap_or_else(text)),
    }
}

fn outcome(case: &Case, verdict: Verdict, notes: Vec<String>, answer: Option<Shown>) -> Outcome {
    Outcome {
        id: case.id.clone(),
        verdict,
        notes,
        answer,
    }
}
