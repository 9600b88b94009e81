package starling.repurpose.values;

import java.util.concurrent.CancellationException;

/** Where planning can be called off: long loops ask here whether their thread was interrupted. */
final class CallOff {
    private CallOff() {}

    /** @throws CancellationException when the thread was interrupted; it stays so */
    static void check() {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException("planning was called off");
        }
    }
}
