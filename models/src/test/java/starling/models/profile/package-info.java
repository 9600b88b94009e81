/** Tests of device profiles. */
@NullMarked
package starling.models.profile;

import org.jspecify.annotations.NullMarked;
