//! [`Evaluation`]: a request while policies are evaluated for it.

use core::cell::{Cell, OnceCell};
use std::borrow::Cow;

use super::{ContextKey, Presence, RequestContext, Requester};

/// A request, what has been looked up for it, and the steps taken so far.
pub(super) struct Evaluation<'a> {
    request: &'a dyn RequestContext,
    requester: &'a Requester,
    action: &'a str,
    resource: OnceCell<Cow<'a, str>>,
    pub(super) steps: Steps,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(request: &'a dyn RequestContext) -> Self {
        Self {
            request,
            requester: request.requester(),
            action: request.action(),
            resource: OnceCell::new(),
            steps: Steps::default(),
        }
    }

    pub(super) const fn requester(&self) -> &'a Requester {
        self.requester
    }

    pub(super) const fn action(&self) -> &'a str {
        self.action
    }

    /// The ARN of the resource, written out once.
    pub(super) fn resource(&self) -> &str {
        self.resource.get_or_init(|| self.request.resource())
    }

    pub(super) fn values(&self, key: &ContextKey, visit: &mut dyn FnMut(&str)) -> Presence {
        self.request.values(key, visit)
    }

    /// The value of a policy variable. Only a single-valued key has one (IAM User Guide, policy variables).
    pub(super) fn variable(&self, key: &ContextKey) -> Option<String> {
        if self.request.is_multivalued(key) {
            return None;
        }
        let mut values = 0;
        let mut only = None;
        self.values(key, &mut |value| {
            values += 1;
            only = (values == 1).then(|| value.to_owned());
        });
        only
    }
}

/// How much work an evaluation has taken. A step is about the comparison of a few bytes.
///
/// A document of 32 KB can hold thousands of patterns, and a request thousands of values. An evaluation that would take
/// longer than a few milliseconds is aborted, and the request is denied.
#[derive(Debug, Default)]
pub(super) struct Steps(Cell<usize>);

impl Steps {
    /// One to three nanoseconds each, so that no evaluation takes more than some four milliseconds (an AMD EPYC). The largest
    /// of the key policies that people publish takes some hundred.
    pub(super) const LIMIT: usize = 1_000_000;

    pub(super) fn take(&self, steps: usize) {
        self.0.set(self.0.get().saturating_add(steps));
    }

    /// The steps of one comparison with a text.
    pub(super) fn compare(&self, text: &str) {
        self.take(1 + text.len() / 16);
    }

    /// Whether there were too many, so that nothing more may be compared.
    pub(super) fn are_exhausted(&self) -> bool {
        self.taken() > Self::LIMIT
    }

    /// How many there were.
    pub(super) fn taken(&self) -> usize {
        self.0.get()
    }

    /// Replaces the number of steps, and returns the previous one.
    pub(super) fn replace(&self, steps: usize) -> usize {
        self.0.replace(steps)
    }
}

#[cfg(test)]
mod tests {
    use super::{Evaluation, Steps};
    use crate::iam::decision::{Place, Recorder, run};
    use crate::iam::request::Request;
    use crate::iam::statement::{Mismatch, Statement};
    use crate::iam::{Condition, ConditionOperator, Layers, Match, Policy};

    /// An operator, a condition key, and the values of the policy.
    type Row<'a> = (&'a str, &'a str, &'a dyn Fn(usize) -> String);

    /// Notes how many steps it has taken so far.
    struct Counter(usize);

    impl Recorder for Counter {
        const IS_COMPLETE: bool = false;

        fn record(
            &mut self,
            _: Place<'_>,
            _: &Statement,
            _: Result<Match, Mismatch<'_>>,
            evaluation: &Evaluation<'_>,
        ) {
            self.0 = evaluation.steps.taken();
        }
    }

    /// The steps that a policy takes whose statement has a list of values, about as long as a key policy may be.
    fn steps(operator: &str, key: &str, value: &dyn Fn(usize) -> String) -> usize {
        const DOCUMENT: usize = 32_768;
        let mut len = 0;
        let values = (0..).map(value).take_while(|value| {
            len += value.len() + 3;
            len < DOCUMENT
        });
        let values: Vec<String> = values.collect();
        let statement = Statement::deny();
        let statement = match (operator, key) {
            ("Action", _) => values.into_iter().fold(statement, Statement::action),
            ("Resource", _) => values
                .into_iter()
                .fold(statement.action("*"), Statement::resource),
            (operator, key) => {
                let operator: ConditionOperator = operator.parse().unwrap();
                statement
                    .action("*")
                    .condition(Condition::new(operator, key, values).for_any_value())
            }
        };
        let identity = [Policy::new().statement(statement)];
        let layers = Layers {
            identity: &identity,
            ..Layers::default()
        };
        let many: Vec<String> = (0..2_000).map(|at| at.to_string()).collect();
        let many: Vec<&str> = many.iter().map(|text| &**text).collect();
        let mut request = Request::default()
            .with("x:long", &[&"a".repeat(60_000)])
            .with("x:short", &["a"])
            .with("x:many", &many);
        request.resource = format!("arn:aws:kms:us-east-2:111122223333:{}", "a".repeat(300));
        let mut counter = Counter(0);
        let decision = run(&layers, &request, &mut counter);
        assert!(!decision.is_allowed());
        counter.0
    }

    #[test]
    fn a_comparison_takes_one_step_and_another_for_each_sixteen_bytes() {
        for (len, expected) in [(0, 1), (15, 1), (16, 2), (1_600, 101)] {
            let steps = Steps::default();
            steps.compare(&"a".repeat(len));
            assert_eq!(steps.taken(), expected, "{len}");
        }
    }

    #[test]
    fn an_evaluation_may_take_as_many_steps_as_the_limit_says() {
        let steps = Steps::default();
        steps.take(Steps::LIMIT);
        assert!(!steps.are_exhausted());
        steps.take(1);
        assert!(steps.are_exhausted());
    }

    #[test]
    fn the_worst_document_against_the_longest_request_takes_a_bounded_number_of_steps() {
        let half = "a".repeat(32_000);
        let one = |at: usize, text: String| if at == 0 { text } else { "b".repeat(40_000) };
        let text = |text: &'static str| move |_: usize| text.to_owned();
        // Within the limit: a value of the request is not compared with more than a few of the policy.
        let within: [Row<'_>; 10] = [
            ("Action", "", &text("kms:*c*r*y*p*d")),
            ("Action", "", &|at| one(at, "*e".repeat(16_000))),
            ("Resource", "", &text("arn:aws:*:*:*:*b*")),
            ("StringLike", "x:long", &|at| one(at, format!("*{half}b*"))),
            ("StringLike", "x:long", &|at| {
                one(at, "*a".repeat(16_000) + "b*")
            }),
            ("StringLike", "x:long", &|at| {
                one(at, "*?a".repeat(10_000) + "b*")
            }),
            ("StringEquals", "x:many", &|at| format!("b{at}")),
            ("StringEqualsIgnoreCase", "x:many", &|at| format!("B{at}")),
            ("StringEquals", "x:long", &|at| one(at, half.clone())),
            ("StringEquals", "x:short", &|_| {
                format!("${{x:long}}{}", "b".repeat(600))
            }),
        ];
        for (operator, key, value) in within {
            let steps = steps(operator, key, value);
            assert!(steps < Steps::LIMIT, "{operator} {key}: {steps}");
        }
        // Aborted: thousands of patterns against thousands of values, or patterns that a simple search cannot find.
        let most = Steps::LIMIT + Steps::LIMIT / 4;
        let given_up: [Row<'_>; 10] = [
            ("StringLike", "x:many", &text("*b*")),
            ("StringLike", "x:long", &text("*b*")),
            ("StringLike", "x:long", &|at| {
                one(at, format!("*a?{half}b*"))
            }),
            ("ArnLike", "x:many", &text("*:b")),
            ("StringEquals", "x:many", &text("${x:short}b")),
            ("StringEquals", "x:many", &text("${x:long}")),
            ("StringEquals", "x:short", &text("${x:long}")),
            ("NumericEquals", "x:many", &|at| format!("{at}.5")),
            ("NumericEquals", "x:many", &|at| {
                format!("{at}.{}", "5".repeat(190))
            }),
            ("IpAddress", "x:many", &text("::1")),
        ];
        for (operator, key, value) in given_up {
            let steps = steps(operator, key, value);
            assert!(
                (Steps::LIMIT..most).contains(&steps),
                "{operator} {key}: {steps}"
            );
        }
    }
}
