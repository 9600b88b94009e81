package starling.codes.sequential;

/**
 * One product of a block pair, coded or not, for one job.
 *
 * @param job its number, from 1
 * @param task its place among the tasks of worker 0 of the scheme's code
 */
public record MiniTask(long job, int task) {}
