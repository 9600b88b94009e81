package starling.repurpose.exchange;

import java.util.Map;

/**
 * What one worker sends another in one exchange.
 *
 * @param step the exchange, from 1
 * @param from sender
 * @param to receiver
 * @param activations per value, the sender's indices that are sent, ascending
 * @param partialSums per layer (by its output), the receiver's targets the sender sums its own sources for, ascending
 */
public record Frame(int step, int from, int to, Map<String, int[]> activations, Map<String, int[]> partialSums) {}
