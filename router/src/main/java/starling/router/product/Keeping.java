package starling.router.product;

import java.util.HashMap;
import java.util.Map;

/** Which agents keep their shares of a factor. Thread-safe. */
final class Keeping {
    private final Operand.Kept operand;
    /** On which line an agent was told. */
    private final Map<Integer, Line> told = new HashMap<>();
    /** Which run of an agent keeps it. */
    private final Map<Integer, String> holders = new HashMap<>();
    /** Which run of an agent has no room for it. */
    private final Map<Integer, String> refusers = new HashMap<>();

    /** Nobody was told. */
    Keeping(Operand.Kept operand) {
        this.operand = operand;
    }

    Operand.Kept operand() {
        return operand;
    }

    /** Whether an agent has not said yet what became of what it was told, or is to be told, on this line. */
    synchronized boolean isOpen(int worker, Line line) {
        return line.isThere()
                && !line.instance().equals(holders.get(worker))
                && !line.instance().equals(refusers.get(worker));
    }

    /** Whether an agent is to be told on this line; true once for each. */
    synchronized boolean tells(int worker, Line line) {
        return isOpen(worker, line) && !line.equals(told.put(worker, line));
    }

    /** What an agent was told has not left. */
    synchronized void forget(int worker) {
        told.remove(worker);
    }

    synchronized void holds(int worker, String instance) {
        holders.put(worker, instance);
    }

    synchronized void refuses(int worker, String instance) {
        refusers.put(worker, instance);
    }

    synchronized boolean isRefusedBy(int worker, String instance) {
        return instance.equals(refusers.get(worker));
    }
}
