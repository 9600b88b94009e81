package starling.agent.fleet;

import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import starling.link.LinkException;
import starling.link.LinkState;
import starling.link.StateListener;

/** What becomes of a member with its connection: where another program takes its identity or the broker refuses it, it ends; all else is logged. */
public final class ConnectionWatch implements StateListener {
    private final Logger log;
    private final CompletableFuture<?> ended;

    /**
     * Watches for a member.
     *
     * @param log of the member
     * @param ended completed exceptionally with a {@link LinkException}
     */
    public ConnectionWatch(Logger log, CompletableFuture<?> ended) {
        this.log = log;
        this.ended = ended;
    }

    @Override
    public void entered(LinkState state, String sentence) {
        switch (state) {
            case TAKEN_OVER ->
                ended.completeExceptionally(new LinkException(LinkException.Reason.TAKEN_OVER, sentence));
            case REFUSED -> ended.completeExceptionally(new LinkException(LinkException.Reason.REFUSED, sentence));
            case LOST -> log.warn("{}", sentence);
            case CONNECTED -> log.info("{}", sentence);
            default -> log.debug("{}", sentence);
        }
    }
}
