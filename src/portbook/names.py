"""Service names: which are well formed, and when two are the same.

Rules R-NAME-1 to 7, 18 and R-LEG, from RFC 6335 sections 5.1 and 10.1.  Editions hold older names
that break them ("sql*net", "whois++"): readers keep those as published; only a new assignment must
obey.  Text in, text out: no files, no clock, no registry.
"""

import re
from collections.abc import Iterator

from portbook.errors import Problem, RuleError, shown

MAX_LENGTH = 15  # characters; RFC 6335 section 5.1

_SYNTAX = "RFC 6335 section 5.1"
_STRANGE = re.compile(r"[^A-Za-z0-9-]")
_FOLD = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

# RFC 6335 section 10.1 lists 96 names that its syntax forbids; IANA added "whois++" (R-LEG-1).
HISTORIC_NAMES = frozenset(
    [
        "914c/g",
        "acmaint_dbd",
        "acmaint_transd",
        "atex_elmd",
        "avanti_cdp",
        "badm_priv",
        "badm_pub",
        "bdir_priv",
        "bdir_pub",
        "bmc_ctd_ldap",
        "bmc_patroldb",
        "boks_clntd",
        "boks_servc",
        "boks_servm",
        "broker_service",
        "bues_service",
        "canit_store",
        "cedros_fds",
        "cl/1",
        "contamac_icm",
        "corel_vncadmin",
        "csc_proxy",
        "cvc_hostd",
        "dbcontrol_agent",
        "dec_dlm",
        "dl_agent",
        "documentum_s",
        "dsmeter_iatc",
        "dsx_monitor",
        "elpro_tunnel",
        "elvin_client",
        "elvin_server",
        "encrypted_admin",
        "erunbook_agent",
        "erunbook_server",
        "esri_sde",
        "ethernet/ip-1",
        "ethernet/ip-2",
        "event_listener",
        "flr_agent",
        "gds_db",
        "ibm_wrless_lan",
        "iceedcp_rx",
        "iceedcp_tx",
        "iclcnet_svinfo",
        "idig_mux",
        "ife_icorp",
        "instl_bootc",
        "instl_boots",
        "intel_rci",
        "interhdl_elmd",
        "lan900_remote",
        "liebdevmgmt_a",
        "liebdevmgmt_c",
        "liebdevmgmt_dm",
        "mapper-ws_ethd",
        "matrix_vnet",
        "mdbs_daemon",
        "menandmice_noh",
        "msl_lmd",
        "nburn_id",
        "ncr_ccl",
        "nds_sso",
        "netmap_lm",
        "nms_topo_serv",
        "notify_srvr",
        "novell-lu6.2",
        "nuts_bootp",
        "nuts_dem",
        "ocs_amu",
        "ocs_cmu",
        "pipe_server",
        "pra_elmd",
        "printer_agent",
        "redstorm_diag",
        "redstorm_find",
        "redstorm_info",
        "redstorm_join",
        "resource_mgr",
        "rmonitor_secure",
        "rsvp_tunnel",
        "sai_sentlm",
        "sge_execd",
        "sge_qmaster",
        "shiva_confsrvr",
        "sql*net",
        "srvc_registry",
        "stm_pproc",
        "subntbcst_tftp",
        "udt_os",
        "universe_suite",
        "veritas_pbx",
        "vision_elmd",
        "vision_server",
        "whois++",
        "wrs_registry",
        "z39.50",
    ]
)


def fold(name: str) -> str:
    """Return *name* as names are compared: A to Z in lower case, all else as it is (R-NAME-7)."""
    return name.lower() if name.isascii() else name.translate(_FOLD)


def same_name(one: str, other: str) -> bool:
    """Say whether two service names are the same name (RFC 6335 section 5.1: case is ignored)."""
    return fold(one) == fold(other)


def service_name_problem(text: str) -> Problem | None:
    """Return the first reason why a new assignment may not use *text* as its name, or None.

    RFC 6335 section 5.1 (R-NAME-1 to R-NAME-6): 1 to 15 characters; ASCII letters, digits and
    hyphens; no hyphen at either end or beside another; at least one letter.  Looked at in the order
    empty, character, edge, double, letter, length, so one text always has the same answer.
    Never raises; `checked_service_name` does.
    """
    return next(service_name_problems(text), None)


def service_name_problems(text: str) -> Iterator[Problem]:
    """Yield every reason, in the order of `service_name_problem`; each rule is broken by itself."""
    if not text:
        yield Problem("E-NAME-EMPTY", "a service name is empty", _SYNTAX)
        return
    if strange := _STRANGE.search(text):
        reason = f"has {strange[0]!r}, which is not an ASCII letter, digit or hyphen"
        yield _broken("E-NAME-CHAR", text, reason)
    if text.startswith("-") or text.endswith("-"):
        yield _broken("E-NAME-EDGE", text, "starts or ends with a hyphen")
    if "--" in text:
        yield _broken("E-NAME-DOUBLE", text, "has two hyphens in a row")
    if not strange and not re.search(r"[A-Za-z]", text):  # what is strange may be meant for a letter
        yield _broken("E-NAME-NOLETTER", text, "has no letter, so it would read as a port")
    if len(text) > MAX_LENGTH:
        yield _broken("E-NAME-LONG", text, f"has {len(text)} characters; {MAX_LENGTH} are allowed")


def checked_service_name(text: str) -> str:
    """Return *text* unchanged if a new assignment may use it, else raise `RuleError`."""
    if problem := service_name_problem(text):
        raise RuleError(problem)
    return text


def is_historic(name: str) -> bool:
    """Say whether *name* is one of the old names that RFC 6335 section 10.1 keeps as an alias (R-LEG-1)."""
    return fold(name) in HISTORIC_NAMES


def well_formed_twin(historic: str) -> str:
    """Return the name that replaces a historic one (R-LEG-2): each forbidden character becomes a hyphen.

    The one exception is "whois++", whose twin is "whoispp" (RFC 6335 section 10.1).  Raises
    `RuleError` E-LEG-MAP when the outcome is no service name either.
    """
    twin = "whoispp" if fold(historic) == "whois++" else _STRANGE.sub("-", historic)
    if problem := service_name_problem(twin):
        message = f"service name {shown(historic)} has no well-formed twin: {problem.message}"
        raise RuleError(Problem("E-LEG-MAP", message, "RFC 6335 section 10.1"))
    return twin


def _broken(code: str, text: str, reason: str) -> Problem:
    return Problem(code, f"service name {shown(text)} {reason}", _SYNTAX)
