package starling.router.inference;

/** What becomes of an answer whose parts are not all there by the deadline. */
public enum FillPolicy {
    /** The inference fails. */
    FAIL,
    /** Zeros stand for the missing part; the answer says that it is incomplete. */
    ZERO,
    /** The worker's last complete part stands for the missing one, zeros before there was any; the answer says that it is incomplete. */
    LAST
}
