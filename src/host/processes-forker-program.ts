/**
 * What a forker runs: a few kilobytes of Perl, because it forks in a fifth of the time that a process of our size needs, and
 * because, unlike a shell, it hands arguments and variables over as bytes, adds none of its own, and tells an exit code from a
 * signal. Its only argument is the number of the system call `prctl`.
 *
 * Descriptor 3 leads to us. A message is its length in four bytes and then texts that end with NUL. The first one:
 * secret, name, value …: what marks are made of, and what every environment begins with. Every later one is a command:
 * folder, how many arguments, arguments …, how many names, names to be left out …, name, value …
 * The answers are lines: `ready`; `started PID`, or `refused` when the program could not be started; `ended STATUS LEFT MARKED`,
 * with the status as `wait` tells it, with 1 when something that the program started lives on, and else with a bit for each
 * stream behind whose output the mark was written: one whose output we have read to the last byte needs none.
 *
 * A program is looked for before it is started: a start that fails takes three times as long as a look, and a PATH is long.
 *
 * The child for the next command waits for it already, and reads it itself: forking takes as long as starting, and can be done
 * while we are busy. Orphans become children of the forker (36 is PR_SET_CHILD_SUBREAPER), so that nothing can be left behind
 * unnoticed. What is only ending, as the first process of a sandbox is when its last command has ended, is given 20 ms for it.
 * It ends with the connection, and no signal that is meant for a run ends it earlier.
 */
export const FORKER_PROGRAM = String.raw`
$0 = 'orch-run forker';
open my $us, '+<&=', 3 or exit 1;
syscall($ARGV[0] + 0, 36, 1, 0, 0, 0) == 0 or exit 1;
my @signals = qw(HUP INT TERM);
$SIG{$_} = 'IGNORE' for @signals;
my $read = '';
sub message {
  until (length $read >= 4 && length $read >= 4 + unpack 'N', $read) { sysread $us, $read, 65536, length $read or return }
  my @texts = split /\0/, substr($read, 4, unpack 'N', $read), -1;
  substr($read, 0, 4 + unpack 'N', $read) = '';
  pop @texts;
  return @texts;
}
sub set { while (@_) { my $name = shift; $ENV{$name} = shift } }
sub perform {
  my ($folder, $count, @rest) = @_;
  my @command = splice @rest, 0, $count;
  my $gone = shift @rest;
  delete $ENV{$_} for splice @rest, 0, $gone;
  set(@rest);
  setpgrp 0, 0;
  $SIG{$_} = 'DEFAULT' for @signals;
  chdir $folder or return;
  exec { found($command[0]) } @command;
}
sub found {
  my ($name) = @_;
  return $name if $name =~ m{/};
  for my $place (split /:/, defined $ENV{PATH} ? $ENV{PATH} : '', -1) {
    my $path = ($place eq '' ? '.' : $place) . "/$name";
    return $path if -f $path && -x _;
  }
  return $name;
}
syswrite $us, "ready\n";
my ($secret, @base) = message() or exit;
set(@base);
my @streams = (\*STDOUT, \*STDERR);
for (my $number = 1; ; $number += 1) {
  pipe my $told, my $tell or exit 1;
  my $pid = fork;
  if (defined $pid && $pid == 0) {
    my @command = message();
    perform(@command) if @command;
    syswrite $tell, @command ? 'refused' : 'over';
    kill 'KILL', $$;
  }
  message() if !defined $pid;
  $read = '';
  close $tell;
  my $word = defined $pid ? '' : 'refused';
  sysread $told, $word, 9 if defined $pid;
  close $told;
  exit if $word eq 'over';
  if ($word ne '') {
    waitpid $pid, 0 if defined $pid;
    syswrite $us, "refused\n";
    next;
  }
  syswrite $us, "started $pid\n";
  1 until waitpid(-1, 0) == $pid;
  my $status = $?;
  my $other;
  for (my $looks = 0; ; $looks += 1) {
    1 while ($other = waitpid -1, 1) > 0;
    last if $other != 0 || $looks == 40;
    select undef, undef, undef, 0.0005;
  }
  my $marked = 0;
  for my $at ($other == 0 ? () : (0, 1)) {
    my $unread = pack 'i', 1;
    next if ioctl($streams[$at], 0x5411, $unread) && unpack('i', $unread) == 0;
    syswrite $streams[$at], "\x1E$secret$number\x1E";
    $marked |= 1 << $at;
  }
  syswrite $us, "ended $status " . ($other == 0 ? 1 : 0) . " $marked\n";
  exit if $other == 0;
}
`

/** The number of `prctl` where numbers and constants are those that the program knows; undefined where it cannot be used. */
export function prctlNumber(platform: NodeJS.Platform, architecture: string): number | undefined {
  return platform === 'linux' && Object.hasOwn(PRCTL, architecture) ? PRCTL[architecture] : undefined
}

const PRCTL: Readonly<Record<string, number>> = { x64: 157, arm64: 167, riscv64: 167, loong64: 167, arm: 172, ia32: 172, s390x: 172 }
