//! The operations of rotation: reads their members and writes their results.

use crate::control::Control;

use super::describe;
use super::failure::Failure;
use super::members::Members;
use super::object::Object;
use super::pages::{page, paged};

pub(super) fn rotate_key_on_demand(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let key = control.rotate_key_on_demand(members.text("KeyId")?)?;
    Ok(Some(Object::new().text("KeyId", key)))
}

pub(super) fn list_key_rotations(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let include = members.text("IncludeKeyMaterial")?;
    let (key, page) =
        control.list_key_rotations(members.text("KeyId")?, include, &page(members)?)?;
    let rotations = page
        .items
        .iter()
        .map(|rotation| describe::rotation(&key, rotation));
    Ok(Some(paged("Rotations", rotations, &page)))
}

pub(super) fn enable_key_rotation(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let days = members.integer("RotationPeriodInDays")?;
    control.enable_key_rotation(members.text("KeyId")?, days)?;
    Ok(None)
}

pub(super) fn disable_key_rotation(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    control.disable_key_rotation(members.text("KeyId")?)?;
    Ok(None)
}

pub(super) fn get_key_rotation_status(
    control: &Control<'_>,
    members: &Members<'_>,
) -> Result<Option<Object>, Failure> {
    let (key, status) = control.get_key_rotation_status(members.text("KeyId")?)?;
    Ok(Some(
        Object::new()
            .text("KeyId", key)
            .flag("KeyRotationEnabled", status.key_rotation_enabled)
            .maybe_integer("RotationPeriodInDays", status.rotation_period_in_days)
            .maybe_time("NextRotationDate", status.next_rotation_date),
    ))
}
