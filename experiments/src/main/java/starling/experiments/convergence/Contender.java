package starling.experiments.convergence;

import java.util.function.Supplier;
import starling.experiments.workers.Exchange;

/**
 * One of several ways to carry gradients, in a race from the same first weights on the same samples.
 *
 * @param name in tables and figures
 * @param exchange makes a fresh one, without memory of another course
 * @param signals whether it wants the dense layers' factors
 */
public record Contender(String name, Supplier<Exchange> exchange, boolean signals) {
    public Contender(String name, Supplier<Exchange> exchange) {
        this(name, exchange, false);
    }
}
