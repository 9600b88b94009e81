package starling.router.inference;

/**
 * What inferences cost on the network, counted as the contract does.
 *
 * @param values numbers sent from worker to worker
 * @param bytes octets of the frames that carried them, header and payload
 * @param rounds exchanges
 */
public record Cost(long values, long bytes, long rounds) {}
