package starling.repurpose.assign;

/**
 * Finds the cheapest assignment of units to workers. Every implementation is exact: of one problem all give the same total
 * cost (up to the rounding each of them states), though not always the same owners where costs tie.
 */
public interface AssignmentSolver {
    /**
     * Solves one problem.
     *
     * @throws starling.models.UnfitException if this solver does not take problems of that form, saying which part
     */
    Assignment solve(AssignmentProblem problem);

    /** The solvers one can choose from, by the names of the option {@code --solver}. */
    enum Kind {
        /** {@link TransportationSolver}, the fast one. */
        TRANSPORT,
        /** {@link Munkres}, the algorithm the thesis names. */
        MUNKRES;

        /** A solver of this kind; the seed changes nothing but the way to the optimum. */
        public AssignmentSolver create(long seed) {
            return switch (this) {
                case TRANSPORT -> new TransportationSolver(seed);
                case MUNKRES -> new Munkres();
            };
        }
    }
}
