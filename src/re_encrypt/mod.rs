//! The operation `ReEncrypt`: its request, its response and its steps.

mod request;
mod response;

pub use request::{ReEncryptRequest, ReEncryptRequestBuilder};
pub use response::ReEncryptResponse;

use crate::access::Action;
use crate::engine::{Opening, OpeningRequest, Sealing, SealingRequest, Session};
use crate::error::KmsError;
use crate::provider::PendingUse;

/// Decrypts and encrypts again, with refusals in AWS's order: both keys are checked before anything is decrypted
/// (GUESS 4).
pub(crate) fn re_encrypt(
    session: &mut Session<'_>,
    request: &ReEncryptRequest,
) -> Result<ReEncryptResponse, KmsError> {
    session.present(request.grant_tokens())?;
    let source_algorithm = request.source_encryption_algorithm();
    let destination_algorithm = request.destination_encryption_algorithm();
    let opening = Opening::prepare(
        session,
        &OpeningRequest {
            ciphertext: request.ciphertext_blob(),
            key_id: request.source_key_id(),
            key_id_member: "SourceKeyId",
            algorithm: source_algorithm,
            context: request.source_encryption_context(),
            action: Action::ReEncryptFrom,
            re_encrypted_under: Some(request.destination_key_id()),
        },
    )?;
    let sealing = Sealing::prepare(
        session,
        &SealingRequest {
            key_id: request.destination_key_id(),
            algorithm: destination_algorithm,
            context: request.destination_encryption_context(),
            action: Action::ReEncryptTo,
            re_encrypted_from: Some(opening.key_arn()),
            data_key_pair_spec: None,
        },
    )?;
    let plaintext = opening.open()?;
    if let Some(plaintext) = &plaintext {
        sealing.check_len(plaintext.len())?;
    }
    let Some(plaintext) = plaintext.filter(|_| !request.dry_run()) else {
        return Err(KmsError::DryRunOperation);
    };
    let uses = [opening.begin_use(session), sealing.begin_use(session)];
    let sealed = sealing.seal(plaintext)?;
    uses.iter().flatten().for_each(PendingUse::note);
    Ok(ReEncryptResponse {
        ciphertext_blob: sealed.ciphertext,
        source_key_id: *opening.key_arn(),
        key_id: *sealing.key_arn(),
        source_encryption_algorithm: source_algorithm,
        destination_encryption_algorithm: destination_algorithm,
        source_key_material_id: opening.key_material_id().copied(),
        destination_key_material_id: sealed.key_material_id,
    })
}
