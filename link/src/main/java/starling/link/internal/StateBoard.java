package starling.link.internal;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import starling.link.LinkState;
import starling.link.StateListener;

/**
 * A transport's state and those who want to know it. A final state is never left. Entering and telling are apart, so that a state can be entered
 * under a lock, and told without it; whoever tells does so in the order of entering.
 */
public final class StateBoard {

    private static final Logger LOG = LoggerFactory.getLogger(StateBoard.class);

    /** A state and why it was entered. */
    public record Entry(LinkState state, String sentence) {}

    private final Object telling = new Object();
    private final List<StateListener> listeners = new ArrayList<>();
    private volatile Entry present = new Entry(LinkState.IDLE, "not yet connected");
    private Entry told = present;

    /** The present state. */
    public Entry present() {
        return present;
    }

    /**
     * Enters a state without telling the listeners yet.
     *
     * @return false if the present state is final, or the same: nothing has changed then
     */
    public synchronized boolean enter(LinkState next, String sentence) {
        if (present.state().isFinal() || present.state() == next) {
            return false;
        }
        present = new Entry(next, sentence);
        return true;
    }

    /** Tells all listeners. */
    public void tell(Entry entered) {
        synchronized (telling) {
            told = entered;
            for (StateListener listener : listeners) {
                tell(listener, entered);
            }
        }
    }

    /** Adds a listener and tells it the last state that was told. */
    public void add(StateListener listener) {
        synchronized (telling) {
            listeners.add(listener);
            tell(listener, told);
        }
    }

    private static void tell(StateListener listener, Entry entered) {
        try {
            listener.entered(entered.state(), entered.sentence());
        } catch (RuntimeException e) {
            LOG.warn("a state listener failed on {}", entered.state(), e);
        }
    }
}
