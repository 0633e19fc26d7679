//! Runs the cases at an endpoint.

use core::time::Duration;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use kit::{
    Answer, Book, Case, Endpoint, Facts, Ledger, NoAnswer, Outcome, Patience, Plan, Principal, Run,
    Sent, Verdict,
};
use tokio::runtime::Runtime;

use crate::args::{RunArguments, Target};
use crate::fault::Fault;
use crate::principals::Principals;
use crate::results::Results;
use crate::signed::{Address, Signed, http_client};
use crate::state::{Keeper, State};
use crate::terminal;

/// Changes at AWS take at most half a minute to reach every host.
const AT_AWS: Patience = Patience {
    tries: 5,
    pause: Duration::from_secs(1),
};

/// The accounts of the principals in `kit/principals.json`.
const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

/// An endpoint that records what was made as soon as it was made.
struct Kept<'a> {
    endpoint: &'a Signed,
    keeper: &'a Keeper,
    state: RefCell<State>,
    bar: ProgressBar,
}

impl Endpoint for Kept<'_> {
    fn send(&self, request: &Sent<'_>) -> Result<Answer, NoAnswer> {
        let answer = self.endpoint.send(request);
        if answer.is_err() && !self.bar.is_finished() {
            self.bar.set_message("no answer, trying again");
        }
        answer
    }

    fn made(&self, ledger: &Ledger) -> Result<(), NoAnswer> {
        let mut state = self.state.borrow_mut();
        state.ledger = ledger.clone();
        self.keeper
            .write(&state)
            .map_err(|fault| NoAnswer(fault.to_string()))
    }
}

/// A run that is finished.
pub(crate) struct Asked {
    pub(crate) results: Results,
    /// Whether something is left at AWS that could not be removed.
    pub(crate) left: bool,
}

/// Runs the cases. With `all`, every answer is kept, and otherwise those that are of interest.
pub(crate) fn ask(book: &Book, arguments: &RunArguments, all: bool) -> Result<Asked, Fault> {
    let target = &arguments.target;
    let cases: Vec<&Case> = book
        .cases()
        .filter(|case| arguments.only.has(&case.id))
        .collect();
    if cases.is_empty() {
        return Err(Fault::new(
            "no case has such an id: `kms-kit list` lists them",
        ));
    }
    let stop = Arc::new(AtomicBool::new(false));
    let endpoint = endpoint(target, &stop)?;
    let keeper = keeper(target);
    let state = begin(arguments, &endpoint, &keeper)?;
    let patience = if target.aws { AT_AWS } else { Patience::NONE };
    let kept = Kept {
        endpoint: &endpoint,
        keeper: &keeper,
        state: RefCell::new(state.clone()),
        bar: bar(),
    };
    let answered: BTreeSet<String> = state.outcomes.iter().map(|one| one.id.clone()).collect();
    let run = Run::new(book, &kept, state.facts, patience).stopped_by(Arc::clone(&stop));
    let mut run = run.with(state.ledger, state.fixtures);
    if let Some(path) = keeper.path().filter(|_| !answered.is_empty()) {
        terminal::goes_on(path, answered.len(), run.ledger())?;
    }
    let still_to_ask: Vec<&Case> = cases
        .iter()
        .copied()
        .filter(|case| !answered.contains(&case.id))
        .collect();
    if target.aws {
        let asked = still_to_ask
            .iter()
            .copied()
            .filter(|case| run.missing(case).is_empty());
        let plan = Plan::of(book, asked);
        terminal::plan(&plan, run.facts(), |need| {
            let needs = |case: &&&Case| run.missing(case).contains(&need);
            still_to_ask.iter().filter(needs).count()
        })?;
        if !arguments.yes && !terminal::is_confirmed()? {
            return Err(Fault::new("nothing was done"));
        }
    }
    let lost = put(&mut run, &still_to_ask, &kept, &stop)?;
    if !stop.load(Ordering::Relaxed) && keeper.path().is_none() {
        give_up(&mut kept.state.borrow_mut(), &still_to_ask, lost.as_deref());
    }
    let before = run.ledger().clone();
    if target.aws {
        terminal::takes_away(&before)?;
    }
    let left = run.clean();
    if target.aws {
        terminal::taken_away(&before, run.ledger())?;
    }
    let requests = run.requests();
    let mut state = kept.state.borrow().clone();
    state.ledger = run.ledger().clone();
    state.fixtures = BTreeMap::new();
    terminal::left(&left, target.aws)?;
    let stopped = match lost {
        _ if stop.load(Ordering::Relaxed) => Some("stopped".to_owned()),
        Some(reason) if keeper.path().is_some() => Some(reason),
        _ => None,
    };
    if stopped.is_some() || !left.is_empty() {
        keeper.write(&state)?;
    } else {
        keeper.remove()?;
    }
    if let Some(reason) = stopped {
        let again = keeper.path().map(|path| {
            let path = path.display();
            format!("; the same command goes on with what is in {path}")
        });
        return Err(Fault::new(format!("{reason}{}", again.unwrap_or_default())));
    }
    terminal::say(format_args!("{requests} requests"))?;
    let mut results = Results::new(
        name(arguments),
        arguments.server_version.clone(),
        &target.region,
    );
    results.outcomes = state.outcomes;
    if !all {
        for outcome in &mut results.outcomes {
            if outcome.verdict == Verdict::Agrees {
                outcome.answer = None;
            }
        }
    }
    Ok(Asked {
        results,
        left: target.aws && !left.is_empty(),
    })
}

/// Puts cases to the endpoint until somebody stops the run, or until the endpoint has stopped answering: then it returns why.
fn put(
    run: &mut Run<'_, Kept<'_>>,
    cases: &[&Case],
    kept: &Kept<'_>,
    stop: &AtomicBool,
) -> Result<Option<String>, Fault> {
    let bar = &kept.bar;
    bar.set_length(u64::try_from(cases.len()).unwrap_or(u64::MAX));
    let mut otherwise = 0_u32;
    // The number of outcomes up to the last answer.
    let mut answered = kept.state.borrow().outcomes.len();
    for case in cases {
        bar.set_message(case.id.clone());
        let outcome = run.case(case);
        bar.inc(1);
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let reason = outcome.notes.first().cloned();
        if [Verdict::Disagrees, Verdict::NotReached].contains(&outcome.verdict) {
            otherwise = otherwise.saturating_add(1);
            bar.set_prefix(format!("{otherwise} otherwise  "));
        }
        let mut state = kept.state.borrow_mut();
        state.outcomes.push(outcome);
        state.fixtures = run.fixtures().clone();
        state.ledger = run.ledger().clone();
        if run.is_answered() {
            answered = state.outcomes.len();
        }
        if run.is_lost() {
            state.outcomes.truncate(answered);
            kept.keeper.write(&state)?;
            bar.finish_and_clear();
            let reason = reason.unwrap_or_default();
            return Ok(Some(format!(
                "the endpoint has stopped answering ({reason})"
            )));
        }
        kept.keeper.write(&state)?;
    }
    bar.finish_and_clear();
    Ok(None)
}

/// Marks the cases that were not asked, because the server is lost, as not reached.
fn give_up(state: &mut State, cases: &[&Case], lost: Option<&str>) {
    let Some(reason) = lost else {
        return;
    };
    let asked: BTreeSet<String> = state.outcomes.iter().map(|one| one.id.clone()).collect();
    let rest = cases.iter().filter(|case| !asked.contains(&case.id));
    state.outcomes.extend(rest.map(|case| Outcome {
        id: case.id.clone(),
        verdict: Verdict::NotReached,
        notes: vec![reason.to_owned()],
        answer: None,
    }));
}

/// Removes what an earlier run has left.
pub(crate) fn clean(book: &Book, target: &Target) -> Result<ExitCode, Fault> {
    let keeper = keeper(target);
    let path = keeper
        .path()
        .ok_or_else(|| Fault::new("name the file of the run by --state"))?;
    let state = keeper
        .read()?
        .ok_or_else(|| Fault::new(format!("there is no file {}", path.display())))?;
    let endpoint = endpoint(target, &Arc::new(AtomicBool::new(false)))?;
    let mut run = Run::new(book, &endpoint, state.facts.clone(), Patience::NONE);
    run = run.with(state.ledger.clone(), BTreeMap::new());
    let left = run.clean();
    let ledger = run.ledger().clone();
    terminal::taken_away(&state.ledger, &ledger)?;
    terminal::left(&left, target.aws)?;
    keeper.write(&State {
        ledger,
        fixtures: BTreeMap::new(),
        ..state
    })?;
    Ok(ExitCode::from(u8::from(!left.is_empty())))
}

fn endpoint(target: &Target, stop: &Arc<AtomicBool>) -> Result<Signed, Fault> {
    if target.abroad() == target.region {
        return Err(Fault::new(
            "--region and --abroad name the same Region: replicas need another",
        ));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime: Runtime = runtime.map_err(Fault::new)?;
    let stop = Arc::clone(stop);
    runtime.spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            stop.store(true, Ordering::Relaxed);
        }
    });
    if target.endpoint.is_none() && !target.aws {
        return Err(Fault::new(
            "name the endpoint to ask: --endpoint URL, or --aws",
        ));
    }
    let (address, principals) = match &target.endpoint {
        Some(address)
            if !["http://", "https://"]
                .iter()
                .any(|head| address.starts_with(head)) =>
        {
            return Err(Fault::new(format!(
                "--endpoint {address}: an address begins with http:// or https://"
            )));
        }
        Some(address) => {
            let address = format!("{}/", address.trim_end_matches('/'));
            (Address::Server(address), Principals::made_up())
        }
        None => {
            let others = [
                (Principal::Second, target.second_profile.as_deref()),
                (Principal::Stranger, target.stranger_profile.as_deref()),
            ];
            let chain = Principals::from_chain(
                target.profile.as_deref(),
                others,
                &target.region,
                http_client,
            );
            (Address::Aws, runtime.block_on(chain)?)
        }
    };
    Ok(Signed::new(runtime, address, principals))
}

fn keeper(target: &Target) -> Keeper {
    let usual = target.aws.then(|| PathBuf::from("kms-kit.state.json"));
    Keeper(target.state.clone().or(usual))
}

/// The state of an earlier run, or that of a new one.
fn begin(arguments: &RunArguments, endpoint: &Signed, keeper: &Keeper) -> Result<State, Fault> {
    let facts = facts(&arguments.target, endpoint)?;
    let whom = name(arguments);
    let Some(state) = keeper.read()? else {
        return Ok(State {
            whom,
            facts,
            ledger: Ledger::default(),
            fixtures: BTreeMap::new(),
            outcomes: Vec::new(),
        });
    };
    let places = |facts: &Facts| {
        [
            facts.account.clone(),
            facts.region.clone(),
            facts.abroad.clone(),
        ]
    };
    if state.whom != whom || places(&state.facts) != places(&facts) {
        return Err(Fault::new(
            "the state file is of a run at another endpoint, account or Region: name another file",
        ));
    }
    // The word of the run stays; the principals may have changed.
    Ok(State {
        facts: Facts {
            principals: facts.principals,
            other_account: facts.other_account,
            ..state.facts
        },
        ..state
    })
}

fn facts(target: &Target, endpoint: &Signed) -> Result<Facts, Fault> {
    let mut word = [0; 4];
    getrandom::fill(&mut word).map_err(Fault::new)?;
    let run = format!("{:08x}", u32::from_be_bytes(word));
    let mut facts = Facts::new(ACCOUNTS[0], &target.region, &target.abroad(), &run);
    facts.aws = target.aws;
    if target.aws {
        for principal in endpoint.principals().all() {
            let arn = endpoint.arn(principal, &target.region)?;
            facts.principals.insert(principal, arn);
        }
        facts.account = account(&facts, Principal::Owner)?;
        if facts.principals.contains_key(&Principal::Second)
            && account(&facts, Principal::Second)? != facts.account
        {
            return Err(Fault::new("the second principal is of another account"));
        }
        if facts.principals.contains_key(&Principal::Stranger) {
            facts.other_account = account(&facts, Principal::Stranger)?;
            if facts.other_account == facts.account {
                return Err(Fault::new("the stranger is of the same account"));
            }
        }
    } else {
        if let Some(account) = account_of_server(endpoint, &target.region)? {
            facts.account = account;
        }
        facts.other_account = ACCOUNTS[1].to_owned();
        let partition = facts.partition();
        for principal in endpoint.principals().all() {
            let account = if principal == Principal::Stranger {
                &facts.other_account
            } else {
                &facts.account
            };
            let arn = format!("arn:{partition}:iam::{account}:user/{}", principal.name());
            facts.principals.insert(principal, arn);
        }
    }
    Ok(facts)
}

/// The account that an ARN has.
fn account(facts: &Facts, principal: Principal) -> Result<String, Fault> {
    let arn = facts.principals.get(&principal);
    let account = arn.and_then(|arn| arn.split(':').nth(4)).map(str::to_owned);
    account.ok_or_else(|| Fault::new(format!("the {} has no ARN", principal.name())))
}

/// The account that a server gives to its callers: that of the ARN in the refusal of a key that does not exist. `None` if
/// the refusal has none.
fn account_of_server(endpoint: &Signed, region: &str) -> Result<Option<String>, Fault> {
    let answer = endpoint.send(&Sent {
        target: "TrentService.DescribeKey",
        content_type: "application/x-amz-json-1.1",
        body: br#"{"KeyId": "00000000-0000-4000-8000-000000000000"}"#,
        principal: Principal::Owner,
        region,
    });
    let body = answer.map_err(Fault::new)?.body;
    let body = String::from_utf8_lossy(&body);
    let account = body
        .split_once("arn:")
        .and_then(|(_, arn)| arn.split(':').nth(3));
    let is_account =
        |account: &&str| account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    Ok(account.filter(is_account).map(str::to_owned))
}

fn name(arguments: &RunArguments) -> String {
    let usual = || {
        arguments
            .target
            .endpoint
            .clone()
            .unwrap_or_else(|| "AWS".to_owned())
    };
    arguments.name.clone().unwrap_or_else(usual)
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {prefix}{msg}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
