package starling.codes.computation;

/**
 * What a worker made of one task.
 *
 * @param job the number of the job
 * @param worker who computed it
 * @param task its place in the worker's order, from 0
 * @param value the sum of products of combined blocks
 */
public record Answer(long job, int worker, int task, Matrix value) {}
