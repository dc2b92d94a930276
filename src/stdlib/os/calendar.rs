//! The calendar: moments to dates and back, in the proleptic Gregorian calendar, as C's `gmtime`, `localtime` and
//! `mktime` do it.
//!
//! The conversion between days and dates is Howard Hinnant's ("chrono-Compatible Low-Level Date Algorithms"): a year
//! is counted from March, so that the leap day comes last, and 400 years are one era of 146,097 days.

use crate::host::ZoneOffset;

const SECONDS_PER_DAY: i64 = 86_400;

/// A moment broken down into the parts of a date, as C's `struct tm` has them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Date {
    pub second: i32,
    pub minute: i32,
    pub hour: i32,
    /// 1 to 31.
    pub day: i32,
    /// 1 to 12.
    pub month: i32,
    /// Years since 1900: C keeps this number in an `int`, which bounds the years there are.
    pub year: i32,
    /// 0 is Sunday.
    pub weekday: i32,
    /// 0 is the first of January.
    pub yearday: i32,
    /// What the time zone said.
    pub zone: ZoneOffset,
}

/// Days from the beginning of 1970 to this date; the month counts from 1.
fn days_from_date(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The inverse: year, month and day.
fn date_from_days(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

impl Date {
    /// The date of a moment in a zone; `None` where its year doesn't fit.
    pub fn from_moment(seconds: i64, zone: ZoneOffset) -> Option<Date> {
        let local = seconds.checked_add(i64::from(zone.seconds))?;
        let days = local.div_euclid(SECONDS_PER_DAY);
        let rest = local.rem_euclid(SECONDS_PER_DAY) as i32;
        let (year, month, day) = date_from_days(days);
        Some(Date {
            second: rest % 60,
            minute: rest / 60 % 60,
            hour: rest / 3600,
            day: day as i32,
            month: month as i32,
            year: i32::try_from(year - 1900).ok()?,
            weekday: (days + 4).rem_euclid(7) as i32,
            yearday: (days - days_from_date(year, 1, 1)) as i32,
            zone,
        })
    }

    /// The year as C prints it: beyond the greatest `int`, it wraps.
    pub fn full_year(&self) -> i32 {
        self.year.wrapping_add(1900)
    }

    /// The week-based year and the week of ISO 8601.
    pub fn iso_week(&self) -> (i32, i32) {
        let year = i64::from(self.year) + 1900;
        let days_since_monday = (self.weekday + 6) % 7;
        // The week belongs to the year in which its Thursday lies.
        let thursday = self.yearday - days_since_monday + 3;
        let (year, yearday) = if thursday < 0 {
            (year - 1, thursday + year_length(year - 1))
        } else if thursday >= year_length(year) {
            (year + 1, thursday - year_length(year))
        } else {
            (year, thursday)
        };
        (year as i32, yearday / 7 + 1)
    }
}

fn year_length(year: i64) -> i32 {
    if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) {
        366
    } else {
        365
    }
}

/// Parts of a date as a script gives them: any of them may lie outside its usual range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Parts {
    pub second: i32,
    pub minute: i32,
    pub hour: i32,
    pub day: i32,
    /// Counted from 0.
    pub month: i32,
    /// Counted from 1900.
    pub year: i32,
    /// Whether the parts are meant in daylight saving time, if the script knows.
    pub daylight: Option<bool>,
}

impl Parts {
    /// The moment these parts mean in the zone that `zone_at` describes; `None` where the year gets out of range.
    pub fn to_moment(self, mut zone_at: impl FnMut(i64) -> ZoneOffset) -> Option<i64> {
        let months = i64::from(self.year) * 12 + i64::from(self.month);
        let days = days_from_date(months.div_euclid(12) + 1900, months.rem_euclid(12) + 1, 1)
            + i64::from(self.day)
            - 1;
        let local = days * SECONDS_PER_DAY
            + i64::from(self.hour) * 3600
            + i64::from(self.minute) * 60
            + i64::from(self.second);
        // The offset depends on the moment and the moment on the offset: two rounds settle it, but in the gap
        // when clocks are put forward, where either answer is right.
        let mut zone = zone_at(local);
        for _ in 0..2 {
            zone = zone_at(local - i64::from(zone.seconds));
        }
        if let Some(daylight) = self.daylight
            && daylight != zone.daylight
        {
            let nearest = nearest_zone(local - i64::from(zone.seconds), daylight, &mut zone_at);
            zone = nearest.unwrap_or(ZoneOffset {
                // Where clocks are never changed, the wish means an hour.
                seconds: zone.seconds + if daylight { 3600 } else { -3600 },
                ..zone
            });
        }
        let moment = local - i64::from(zone.seconds);
        Date::from_moment(moment, zone_at(moment)).map(|_| moment)
    }
}

/// What the zone says at the moment closest to `moment` at which daylight saving time is as wanted. Looks around in the
/// steps and as far as glibc does: about a week, which no period of daylight saving time is shorter than, and seven years.
fn nearest_zone(
    moment: i64,
    daylight: bool,
    zone_at: &mut impl FnMut(i64) -> ZoneOffset,
) -> Option<ZoneOffset> {
    const STEP: i64 = 601_200;
    const STEPS: i64 = 228_621_604 / STEP;
    (1..=STEPS)
        .flat_map(|n| [moment - n * STEP, moment + n * STEP])
        .map(zone_at)
        .find(|zone| zone.daylight == daylight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(year: i32, month: i32, day: i32) -> Parts {
        Parts {
            second: 0,
            minute: 0,
            hour: 12,
            day,
            month: month - 1,
            year: year - 1900,
            daylight: None,
        }
    }

    fn utc(p: Parts) -> Option<i64> {
        p.to_moment(|_| ZoneOffset::UTC)
    }

    #[test]
    fn moments_and_dates_are_inverse() {
        let mut t = -70_000_000_000_i64;
        while t < 70_000_000_000 {
            let d = Date::from_moment(t, ZoneOffset::UTC).unwrap();
            let back = utc(Parts {
                second: d.second,
                minute: d.minute,
                hour: d.hour,
                day: d.day,
                month: d.month - 1,
                year: d.year,
                daylight: None,
            });
            assert_eq!(back, Some(t));
            t += 86_399 * 37;
        }
    }

    #[test]
    fn known_moments() {
        assert_eq!(utc(parts(2000, 1, 1)), Some(946_728_000));
        let odd = Parts {
            hour: 25,
            minute: -61,
            second: 3700,
            ..parts(2000, 13, -40)
        };
        assert_eq!(utc(odd), Some(974_854_840));
        let huge = Parts {
            day: i32::MAX,
            month: i32::MAX,
            ..parts(i32::MAX, 1, 1)
        };
        assert_eq!(utc(huge), None);
    }

    #[test]
    fn years_end_where_int_does() {
        let last = 67_768_036_191_676_799;
        assert!(Date::from_moment(last, ZoneOffset::UTC).is_some());
        assert!(Date::from_moment(last + 1, ZoneOffset::UTC).is_none());
        assert!(Date::from_moment(-67_768_040_609_740_800, ZoneOffset::UTC).is_some());
        assert!(Date::from_moment(-67_768_040_609_740_801, ZoneOffset::UTC).is_none());
        assert!(Date::from_moment(i64::MAX, ZoneOffset::UTC).is_none());
        assert!(Date::from_moment(i64::MIN, ZoneOffset::UTC).is_none());
    }

    #[test]
    fn iso_weeks() {
        let week = |y, m, d| {
            Date::from_moment(utc(parts(y, m, d)).unwrap(), ZoneOffset::UTC)
                .unwrap()
                .iso_week()
        };
        assert_eq!(week(1999, 1, 3), (1998, 53));
        assert_eq!(week(2001, 12, 31), (2002, 1));
        assert_eq!(week(2008, 12, 29), (2009, 1));
        assert_eq!(week(2012, 1, 1), (2011, 52));
    }

    #[test]
    fn a_wish_for_daylight_time_is_honoured() {
        // Daylight time of one hour in the first half of each 10,000,000 seconds.
        let zone_at = |t: i64| ZoneOffset {
            seconds: if t.rem_euclid(10_000_000) < 5_000_000 {
                3600
            } else {
                0
            },
            daylight: t.rem_euclid(10_000_000) < 5_000_000,
            ..ZoneOffset::UTC
        };
        let at = |daylight| {
            Parts {
                daylight,
                ..parts(2001, 1, 1)
            }
            .to_moment(zone_at)
            .unwrap()
        };
        assert_eq!(at(Some(true)) + 3600, at(Some(false)));
        assert!(at(None) == at(Some(true)) || at(None) == at(Some(false)));
    }
}
