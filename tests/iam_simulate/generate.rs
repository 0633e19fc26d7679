//! Draws a [`Case`].

use serde_json::{Map, Value, json};

use crate::case::{Case, Policies};
use crate::dice::Dice;
use crate::vocabulary::{
    ACTION_PATTERNS, ACTIONS, KEYS, Kind, NAMED, REQUESTERS, RESOURCE_PATTERNS, SERVICES,
    TEXT_OPERATORS,
};

pub(crate) fn case(dice: &mut Dice) -> Case {
    let requester = dice.pick(&REQUESTERS);
    let is_service = requester.ends_with(".amazonaws.com");
    let is_root = requester.ends_with(":root");
    let is_session = requester.contains(":sts:");
    let mut draw = Draw {
        dice,
        statements: 0,
    };
    let context = draw.context();
    // Services and root users have no policies of their own.
    let has_policies = !is_service && !is_root;
    let policies = Policies {
        identity: match has_policies {
            true => draw.policies(2, draw_plain),
            false => Vec::new(),
        },
        boundary: (has_policies && draw.dice.chance(25)).then(|| draw.policy(draw_plain)),
        session: (is_session && draw.dice.chance(30)).then(|| draw.policy(draw_plain)),
        service_control: draw.levels(draw_service_control),
        resource_control: draw.levels(draw_resource_control),
        endpoint: draw
            .dice
            .chance(15)
            .then(|| draw.policy(draw_for_everybody)),
        resource: draw.policy(draw_with_principal),
    };
    Case {
        requester,
        action: draw.dice.pick(&ACTIONS),
        context,
        policies,
    }
}

/// The policies of one case, whose statements are numbered.
struct Draw<'d> {
    dice: &'d mut Dice,
    statements: usize,
}

type Statement = fn(&mut Draw<'_>) -> Map<String, Value>;

impl Draw<'_> {
    fn context(&mut self) -> Vec<(&'static str, Vec<&'static str>)> {
        let mut context = Vec::new();
        for (key, kind) in KEYS {
            if self.dice.chance(60) {
                let most = if kind == Kind::Texts { 3 } else { 1 };
                context.push((key, self.dice.some(most, kind.in_requests())));
            }
        }
        context
    }

    /// No levels of control policies, or up to two. Only the newer version of the language has these.
    fn levels(&mut self, statement: Statement) -> Vec<Vec<Value>> {
        if self.dice.chance(70) {
            return Vec::new();
        }
        let levels = 1 + self.dice.below(2);
        let mut level = || {
            let count = 1 + self.dice.below(2);
            let policies = (0..count).map(|_| self.policy_of("2012-10-17", statement));
            policies.collect()
        };
        (0..levels).map(|_| level()).collect()
    }

    fn policies(&mut self, most: usize, statement: Statement) -> Vec<Value> {
        (0..=self.dice.below(most))
            .map(|_| self.policy(statement))
            .collect()
    }

    fn policy(&mut self, statement: Statement) -> Value {
        let version = match self.dice.chance(90) {
            true => "2012-10-17",
            false => "2008-10-17",
        };
        self.policy_of(version, statement)
    }

    fn policy_of(&mut self, version: &str, statement: Statement) -> Value {
        let count = 1 + self.dice.below(4);
        let statements: Vec<_> = (0..count)
            .map(|_| {
                let mut drawn = statement(self);
                self.statements += 1;
                drawn.insert("Sid".to_owned(), json!(format!("S{}", self.statements)));
                drawn
            })
            .collect();
        json!({"Version": version, "Statement": statements})
    }

    fn conditions(&mut self) -> Map<String, Value> {
        let mut conditions = Map::new();
        let count = self.dice.pick(&[0, 0, 1, 1, 1, 2]);
        for _ in 0..count {
            let (key, kind) = self.dice.pick(&KEYS);
            let (operator, values) = self.comparison(kind);
            let values = match &*values {
                [only] if self.dice.chance(50) => json!(only),
                several => json!(several),
            };
            conditions.insert(operator, json!({key: values}));
        }
        conditions
    }

    /// An operator with what stands before and behind it, and the values of the policy.
    fn comparison(&mut self, kind: Kind) -> (String, Vec<&'static str>) {
        if self.dice.chance(8) {
            return ("Null".to_owned(), vec![self.dice.pick(&["true", "false"])]);
        }
        let operators = if self.dice.chance(10) {
            TEXT_OPERATORS
        } else {
            kind.operators()
        };
        let quantifies = if kind == Kind::Texts { 85 } else { 8 };
        let quantifier = match self.dice.chance(quantifies) {
            true => self.dice.pick(&["ForAllValues:", "ForAnyValue:"]),
            false => "",
        };
        let if_exists = if self.dice.chance(20) { "IfExists" } else { "" };
        let operator = format!("{quantifier}{}{if_exists}", self.dice.pick(operators));
        (operator, self.dice.some(3, kind.in_policies()))
    }
}

/// Effect, actions, resources and conditions.
fn draw_plain(draw: &mut Draw<'_>) -> Map<String, Value> {
    let dice = &mut *draw.dice;
    let effect = if dice.chance(80) { "Allow" } else { "Deny" };
    let action = if dice.chance(90) {
        "Action"
    } else {
        "NotAction"
    };
    let resource = if dice.chance(92) {
        "Resource"
    } else {
        "NotResource"
    };
    let actions = dice.some(2, &ACTION_PATTERNS);
    let resources = dice.some(2, &RESOURCE_PATTERNS);
    let conditions = draw.conditions();
    let mut statement = Map::new();
    statement.insert("Effect".to_owned(), json!(effect));
    statement.insert(action.to_owned(), json!(actions));
    statement.insert(resource.to_owned(), json!(resources));
    if !conditions.is_empty() {
        statement.insert("Condition".to_owned(), json!(conditions));
    }
    statement
}

fn draw_with_principal(draw: &mut Draw<'_>) -> Map<String, Value> {
    let mut statement = draw_plain(draw);
    let dice = &mut *draw.dice;
    let denies = statement["Effect"] == "Deny";
    let name = if denies && dice.chance(30) {
        "NotPrincipal"
    } else {
        "Principal"
    };
    let principal = match dice.below(10) {
        0..2 if name == "Principal" => json!("*"),
        2..4 => json!({"Service": dice.some(2, &SERVICES)}),
        4..6 => json!({"AWS": dice.pick(&NAMED), "Service": dice.pick(&SERVICES)}),
        _ => json!({"AWS": dice.some(3, &NAMED)}),
    };
    statement.insert(name.to_owned(), principal);
    statement
}

/// As a VPC endpoint's policy has them.
fn draw_for_everybody(draw: &mut Draw<'_>) -> Map<String, Value> {
    let mut statement = draw_plain(draw);
    statement.insert("Principal".to_owned(), json!("*"));
    statement
}

/// For the most part a statement of FullAWSAccess.
fn draw_service_control(draw: &mut Draw<'_>) -> Map<String, Value> {
    if draw.dice.chance(50) {
        let full = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        return full.as_object().unwrap().clone();
    }
    draw_plain(draw)
}

/// A Deny for everybody, of some actions.
fn draw_resource_control(draw: &mut Draw<'_>) -> Map<String, Value> {
    let mut statement = draw_plain(draw);
    let [_everything, of_services @ ..] = ACTION_PATTERNS;
    let actions = draw.dice.some(2, &of_services);
    statement.remove("NotAction");
    statement.insert("Effect".to_owned(), json!("Deny"));
    statement.insert("Principal".to_owned(), json!("*"));
    statement.insert("Action".to_owned(), json!(actions));
    statement
}
