//! `UpdatePrimaryRegion`

use crate::access::{Action, Parameters};
use crate::constraints::Constraints;
use crate::error::KmsError;
use crate::key::Region;

use super::Control;

impl Control<'_> {
    /// Needs the permission for the primary, and for the replica in its own Region.
    pub(crate) fn update_primary_region(
        &self,
        key_id: Option<&str>,
        primary_region: Option<&str>,
    ) -> Result<(), KmsError> {
        let mut constraints = Constraints::default();
        let key_id = constraints.key("keyId", key_id);
        let region = constraints.region("primaryRegion", primary_region);
        let (key_id, region) = constraints.finish(|| key_id.zip(region))?;
        let parameters = Parameters {
            primary_region: Some(region),
            ..Parameters::default()
        };
        let primary = self.authorized_with(Action::UpdatePrimaryRegion, &key_id, parameters)?;
        if let Ok(there) = region.parse::<Region>() {
            let snapshot = self.keyring.snapshot();
            // If there is no replica, the ring refuses the request.
            if let Some(replica) = snapshot.get(&primary.in_region(there)) {
                self.authorize(Action::UpdatePrimaryRegion, replica, parameters)?;
            }
        }
        self.keyring.update_primary_region(primary, region)
    }
}
