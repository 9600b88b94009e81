/**
 * Who gets which unit: exact solvers for the assignment of a layer's units to workers under capacities, and the minimum
 * vertex cover that turns the kept cross edges of a link into the fewest values. Pure combinatorics on arrays; every answer
 * carries a certificate by which anyone can check, without trusting the solver, that nothing better exists.
 */
@NullMarked
package starling.repurpose.assign;

import org.jspecify.annotations.NullMarked;
