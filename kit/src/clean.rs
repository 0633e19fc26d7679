//! What a run has made, and how it is removed.

use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::case::{Call, Principal};
use crate::endpoint::{Endpoint, Sent};
use crate::ledger::{MadeAlias, MadeKey};
use crate::run::{CONTENT_TYPE, LOST, Run, result};

impl<E: Endpoint> Run<'_, E> {
    /// Records what a call has made or removed.
    pub(crate) fn note(
        &mut self,
        call: &Call,
        request: &Map<String, Value>,
        answer: &Answer,
        region: &str,
    ) {
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

    /// Removes what the run has made: aliases are deleted, and keys are scheduled for deletion in seven days. What could
    /// not be removed stays in the ledger.
    ///
    /// Returns a line for each of those.
    pub fn clean(&mut self) -> Vec<String> {
        let mut faults = Vec::new();
        self.fixtures.clear();
        // The endpoint may answer again: one request finds out.
        self.unanswered = if self.is_lost() { LOST - 1 } else { 0 };
        for alias in core::mem::take(&mut self.ledger.aliases) {
            if self.is_lost() {
                faults.push(format!("{}: not tried", alias.name));
                self.ledger.aliases.push(alias);
                continue;
            }
            if let Err(fault) = self.take_away_alias(&alias) {
                faults.push(format!("{}: {fault}", alias.name));
                self.ledger.aliases.push(alias);
            }
        }
        // Replicas were made after their primary key, and must be deleted before it.
        let keys: Vec<MadeKey> = core::mem::take(&mut self.ledger.keys)
            .into_iter()
            .rev()
            .collect();
        for key in keys {
            if self.is_lost() {
                faults.push(format!("{}: not tried", key.arn));
                self.ledger.keys.insert(0, key);
                continue;
            }
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

    pub(crate) fn take_away_alias(&mut self, alias: &MadeAlias) -> Result<(), String> {
        let request = json!({"AliasName": alias.name});
        self.take_away("DeleteAlias", &request, &alias.region, alias.principal)
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
            Err(format!(
                "{} {code} {}",
                answer.status,
                answer.message().unwrap_or_default()
            ))
        }
    }
}
