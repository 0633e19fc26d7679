//! Runs the cases at an endpoint.

use core::time::Duration;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};
use kit::{
    Answer, Book, Case, Endpoint, Facts, Ledger, NoAnswer, Patience, Plan, Principal, Run, Sent,
    Verdict,
};
use tokio::runtime::Runtime;

use crate::args::RunArguments;
use crate::fault::Fault;
use crate::principals::Principals;
use crate::results::Results;
use crate::signed::{Address, Signed, http_client};
use crate::state::{Keeper, State};
use crate::terminal;

/// How long changes at AWS take at most, until every host knows them: half a minute.
const AT_AWS: Patience = Patience {
    tries: 5,
    pause: Duration::from_secs(1),
};

/// The accounts of the principals in `kit/principals.json`.
const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

/// An endpoint that writes down what was made as soon as it was made.
struct Kept<'a> {
    endpoint: &'a Signed,
    keeper: &'a Keeper,
    state: RefCell<State>,
}

impl Endpoint for Kept<'_> {
    fn send(&self, request: &Sent<'_>) -> Result<Answer, NoAnswer> {
        self.endpoint.send(request)
    }

    fn made(&self, ledger: &Ledger) -> Result<(), NoAnswer> {
        let mut state = self.state.borrow_mut();
        state.ledger = ledger.clone();
        self.keeper
            .write(&state)
            .map_err(|fault| NoAnswer(fault.to_string()))
    }
}

/// Runs the cases. With `all`, every answer is kept, and otherwise those that are of interest.
pub(crate) fn ask(book: &Book, arguments: &RunArguments, all: bool) -> Result<Results, Fault> {
    let cases: Vec<&Case> = book
        .cases()
        .filter(|case| arguments.only.has(&case.id))
        .collect();
    let stop = Arc::new(AtomicBool::new(false));
    let endpoint = endpoint(arguments, &stop)?;
    let keeper = keeper(arguments);
    let state = begin(arguments, &endpoint, &keeper)?;
    let plan = Plan::of(book, cases.iter().copied());
    if arguments.aws {
        terminal::plan(
            &plan,
            &state.facts.account,
            &arguments.region,
            &arguments.abroad,
        )?;
        if !arguments.yes && !terminal::is_confirmed()? {
            return Err(Fault::new("nothing was done"));
        }
    }
    let patience = if arguments.aws {
        AT_AWS
    } else {
        Patience::NONE
    };
    let kept = Kept {
        endpoint: &endpoint,
        keeper: &keeper,
        state: RefCell::new(state.clone()),
    };
    let run = Run::new(book, &kept, state.facts, patience).stopped_by(Arc::clone(&stop));
    let mut run = run.with(state.ledger, state.fixtures);
    let bar = bar(cases.len());
    for case in cases {
        bar.set_message(case.id.clone());
        bar.inc(1);
        if kept
            .state
            .borrow()
            .outcomes
            .iter()
            .any(|outcome| outcome.id == case.id)
        {
            continue;
        }
        let outcome = run.case(case);
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let mut state = kept.state.borrow_mut();
        state.outcomes.push(outcome);
        state.fixtures = run.fixtures().clone();
        state.ledger = run.ledger().clone();
        keeper.write(&state)?;
    }
    bar.finish_and_clear();
    let left = run.clean();
    let requests = run.requests();
    let mut state = kept.state.borrow().clone();
    state.ledger = run.ledger().clone();
    state.fixtures = BTreeMap::new();
    for fault in &left {
        terminal::say(format_args!("could not be taken away: {fault}"))?;
    }
    let stopped = stop.load(Ordering::Relaxed);
    if stopped || !left.is_empty() {
        keeper.write(&state)?;
    } else {
        keeper.remove()?;
    }
    if stopped {
        let again = keeper
            .path()
            .map(|path| format!("; with --state {} it goes on", path.display()));
        return Err(Fault::new(format!("stopped{}", again.unwrap_or_default())));
    }
    terminal::say(format_args!("{requests} requests"))?;
    let mut results = Results::new(
        name(arguments),
        arguments.server_version.clone(),
        &arguments.region,
    );
    results.outcomes = state.outcomes;
    if !all {
        for outcome in &mut results.outcomes {
            if outcome.verdict == Verdict::Agrees {
                outcome.answer = None;
            }
        }
    }
    Ok(results)
}

/// Takes away what an earlier run has left.
pub(crate) fn clean(book: &Book, arguments: &RunArguments) -> Result<ExitCode, Fault> {
    let keeper = keeper(arguments);
    let state = keeper
        .read()?
        .ok_or_else(|| Fault::new("there is no state file"))?;
    let endpoint = endpoint(arguments, &Arc::new(AtomicBool::new(false)))?;
    let mut run = Run::new(book, &endpoint, state.facts.clone(), Patience::NONE);
    run = run.with(state.ledger.clone(), BTreeMap::new());
    let left = run.clean();
    for fault in &left {
        terminal::say(format_args!("could not be taken away: {fault}"))?;
    }
    let ledger = run.ledger().clone();
    keeper.write(&State {
        ledger,
        fixtures: BTreeMap::new(),
        ..state
    })?;
    Ok(ExitCode::from(u8::from(!left.is_empty())))
}

fn endpoint(arguments: &RunArguments, stop: &Arc<AtomicBool>) -> Result<Signed, Fault> {
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
    if arguments.endpoint.is_none() && !arguments.aws {
        return Err(Fault::new("name an --endpoint, or --aws"));
    }
    let (address, principals) = match &arguments.endpoint {
        Some(address) => {
            let address = format!("{}/", address.trim_end_matches('/'));
            (Address::Server(address), Principals::made_up())
        }
        None => {
            let others = [
                (Principal::Second, arguments.second_profile.as_deref()),
                (Principal::Stranger, arguments.stranger_profile.as_deref()),
            ];
            let chain = Principals::from_chain(
                arguments.profile.as_deref(),
                others,
                &arguments.region,
                http_client,
            );
            (Address::Aws, runtime.block_on(chain)?)
        }
    };
    Ok(Signed::new(runtime, address, principals))
}

fn keeper(arguments: &RunArguments) -> Keeper {
    let usual = arguments.aws.then(|| PathBuf::from("kms-kit.state.json"));
    Keeper(arguments.state.clone().or(usual))
}

/// The state of an earlier run, or that of a new one.
fn begin(arguments: &RunArguments, endpoint: &Signed, keeper: &Keeper) -> Result<State, Fault> {
    let facts = facts(arguments, endpoint)?;
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
    // The word of the run stays; the principals may be others.
    Ok(State {
        facts: Facts {
            principals: facts.principals,
            other_account: facts.other_account,
            ..state.facts
        },
        ..state
    })
}

fn facts(arguments: &RunArguments, endpoint: &Signed) -> Result<Facts, Fault> {
    let mut word = [0; 4];
    getrandom::fill(&mut word).map_err(Fault::new)?;
    let run = format!("{:08x}", u32::from_be_bytes(word));
    let mut facts = Facts::new(ACCOUNTS[0], &arguments.region, &arguments.abroad, &run);
    facts.aws = arguments.aws;
    if arguments.aws {
        for principal in endpoint.principals().all() {
            let arn = endpoint.arn(principal, &arguments.region)?;
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
        if let Some(account) = account_of_server(endpoint, &arguments.region)? {
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
            .endpoint
            .clone()
            .unwrap_or_else(|| "AWS".to_owned())
    };
    arguments.name.clone().unwrap_or_else(usual)
}

fn bar(cases: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(cases).unwrap_or_default());
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
