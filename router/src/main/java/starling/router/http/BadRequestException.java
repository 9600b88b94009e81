package starling.router.http;

/** A request that cannot be served as it is; the message is one sentence for whoever sent it. */
final class BadRequestException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;

    BadRequestException(int status, String sentence) {
        super(sentence);
        this.status = status;
    }

    /** The HTTP status that says it. */
    int status() {
        return status;
    }
}
