package starling.agent.compute;

/**
 * How an agent multiplies.
 *
 * @param fleet its name, part of every topic
 * @param node which one this is: worker k of every code
 * @param pace how slow it is on purpose
 * @param memory bytes at most of shares that are kept, of orders that wait, and of a product, each
 * @param threads of one product
 * @param version of the program
 */
public record ComputeSettings(String fleet, int node, Pace pace, long memory, int threads, String version) {}
