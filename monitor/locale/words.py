"""Our own terms as people read them, keyed by the terms' values; a test keeps each complete."""

from monitor.locale.marking import N_

VERDICTS = {
    "pending": N_("On time"),
    "at_risk": N_("At risk"),
    "breached": N_("Breached"),
    "met": N_("Met"),
    "missed": N_("Missed"),
    "cancelled": N_("Cancelled"),
    "unknown": N_("Unknown"),
}

REASONS = {
    "not_started": N_("The clock has not started yet."),
    "within_time": N_("There is time left."),
    "threshold_passed": N_("The warning threshold has passed."),
    "deadline_passed": N_("The deadline has passed and the case is still open."),
    "paused": N_("The clock is paused: the contract does not count time in this status."),
    "stopped_in_time": N_("The work was done by the deadline."),
    "stopped_late": N_("The work was done after the deadline."),
    "cancelled_in_time": N_("The case was cancelled before the deadline."),
    "cancelled_late": N_("The case was cancelled after the deadline, which stays missed."),
    "no_longer_owed": N_("The case was reclassified: this commitment no longer applies to it."),
    "reclassified_late": N_("The case was reclassified after the deadline, which stays missed."),
    "source_silent": N_("The source has been silent for too long to tell."),
    "stopped_between_polls": N_(
        "The source does not say when the work was done, and the deadline lies between the two"
        " polls around it: nobody can tell."
    ),
    "gone": N_("The case vanished from the source before its deadline: nobody can tell."),
    "gone_late": N_("The case vanished from the source after the deadline, which stays missed."),
}

STATUSES = {
    "received": N_("Received"),
    "awaited": N_("Awaited"),
    "acknowledged": N_("Acknowledged"),
    "in_progress": N_("In progress"),
    "waiting_client": N_("Waiting for the client"),
    "waiting_third_party": N_("Waiting for a third party"),
    "held": N_("On hold"),
    "answered": N_("Answered"),
    "delivered": N_("Delivered"),
    "activated": N_("Activated"),
    "resolved": N_("Resolved"),
    "restored": N_("Restored"),
    "completed": N_("Completed"),
    "closed": N_("Closed"),
    "reopened": N_("Reopened"),
    "cancelled": N_("Cancelled"),
    "rejected": N_("Rejected"),
}

CASE_KINDS = {
    "ticket": N_("Ticket"),
    "order": N_("Order"),
    "deliverable": N_("Report due"),
}

UNITS = {
    "business_hours": N_("business hours"),
    "business_days": N_("business days"),
}

ROLES = {
    "contract-manager": N_("contract manager"),
    "organization-respondent": N_("organisation's respondent"),
    "provider-desk": N_("provider's service desk"),
    "provider-complaints": N_("provider's complaints desk"),
    "cspq-adviser": N_("CSPQ adviser"),
    "on-call": N_("person on call"),
}
