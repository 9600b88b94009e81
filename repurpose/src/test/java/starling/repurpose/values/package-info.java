/** Tests of the values objective against a second linear algebra, brute force and the schedule. */
@NullMarked
package starling.repurpose.values;

import org.jspecify.annotations.NullMarked;
